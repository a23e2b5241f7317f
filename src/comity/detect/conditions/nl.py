"""Health conditions in Dutch."""

TERMS = """
A00-B99: tuberculose, hiv, hiv-positief, hepatitis, malaria, syfilis, gonorroe, chlamydia, herpes, hersenvliesontsteking, meningitis, bloedvergiftiging, sepsis, mazelen, covid, lepra
C00-D48: kanker, borstkanker, longkanker, darmkanker, prostaatkanker, huidkanker, carcinoom, melanoom, leukemie, lymfoom, sarcoom, tumor, tumoren, hersentumor, uitzaaiingen, uitzaaiing
D50-D89: bloedarmoede, anemie, hemofilie, sikkelcelziekte, thalassemie
E00-E90: diabetes, diabeet, suikerziekte, hypothyreoïdie, schildklieraandoening, taaislijmziekte, obesitas
F00-F99: schizofrenie, schizofreen, bipolaire stoornis, depressie, depressief, antidepressiva, anorexia, boulimia, dementie, dement, autisme, autistisch, adhd, ptss, alcoholverslaving, alcoholisme, paniekaanvallen, angststoornis, psychose, suïcidaal
G00-G99: epilepsie, parkinson, alzheimer, multiple sclerose, migraine, neuropathie, dwarslaesie, hersenverlamming
H00-H95: glaucoom, maculadegeneratie, tinnitus
I00-I99: hoge bloeddruk, hypertensie, hartaanval, hartinfarct, hartfalen, beroerte, hersenbloeding, hartritmestoornis, hartritmestoornissen, boezemfibrilleren, angina pectoris, trombose
J00-J99: astma, astmatisch, longontsteking, bronchitis, copd, longemfyseem, slaapapneu
K00-K93: ziekte van crohn, colitis ulcerosa, levercirrose, blindedarmontsteking, maagontsteking, gastritis, coeliakie, alvleesklierontsteking, prikkelbare darm
L00-M99: psoriasis, eczeem, lupus, reuma, reumatoïde, artrose, artritis, osteoporose, fibromyalgie, scoliose
N00-O99: nierfalen, nierinsufficiëntie, nierdialyse, dialyse, endometriose, onvruchtbaarheid, miskraam, pre-eclampsie, zwangerschapsvergiftiging, buitenbaarmoederlijke
Q00-T98: downsyndroom, open rug, hersenschudding, chemotherapie, chemokuur
"""
