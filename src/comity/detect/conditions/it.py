"""Health conditions in Italian."""

TERMS = """
A00-B99: tubercolosi, hiv, sieropositivo, sieropositiva, epatite, malaria, sifilide, gonorrea, clamidia, herpes, meningite, sepsi, morbillo, covid, lebbra
C00-D48: cancro, carcinoma, melanoma, leucemia, linfoma, sarcoma, tumore, tumori, metastasi, mieloma
D50-D89: anemia, emofilia, emofilico, anemia falciforme, talassemia
E00-E90: diabete, diabetico, diabetica, ipotiroidismo, ipertiroidismo, fibrosi cistica, obesità
F00-F99: schizofrenia, schizofrenico, disturbo bipolare, depressione maggiore, depressione grave, depressione post-partum, antidepressivi, anoressia, bulimia, demenza, autismo, autistico, adhd, alcolismo, attacchi di panico, disturbo d'ansia, psicosi, suicida
G00-G99: epilessia, epilettico, epilettica, parkinson, alzheimer, sclerosi multipla, emicrania, neuropatia, paralisi cerebrale, paraplegia
H00-H95: glaucoma, cataratta, degenerazione maculare, acufene
I00-I99: ipertensione, iperteso, ipertesa, infarto, scompenso cardiaco, insufficienza cardiaca, ictus, aritmia, fibrillazione atriale, angina pectoris, trombosi
J00-J99: asma, asmatico, asmatica, polmonite, bronchite, bpco, enfisema, apnea notturna
K00-K93: morbo di crohn, colite ulcerosa, cirrosi, appendicite, gastrite, celiachia, celiaco, celiaca, pancreatite, colon irritabile
L00-M99: psoriasi, eczema, lupus, artrite, artrite reumatoide, artrosi, osteoporosi, fibromialgia, scoliosi
N00-O99: insufficienza renale, dialisi, endometriosi, infertilità, aborto spontaneo, preeclampsia, gravidanza extrauterina, ovaio policistico
Q00-T98: sindrome di down, spina bifida, commozione cerebrale, chemioterapia
"""
