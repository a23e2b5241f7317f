"""Health conditions in French."""

TERMS = """
A00-B99: tuberculose, vih, séropositif, séropositive, hépatite, paludisme, syphilis, gonorrhée, chlamydiose, herpès, méningite, septicémie, rougeole, covid, lèpre
C00-D48: cancer, cancers, cancéreux, cancéreuse, carcinome, mélanome, leucémie, lymphome, sarcome, tumeur, tumeurs, métastase, métastases, myélome
D50-D89: anémie, hémophilie, hémophile, drépanocytose, thalassémie
E00-E90: diabète, diabétique, diabétiques, hypothyroïdie, hyperthyroïdie, mucoviscidose, obésité
F00-F99: schizophrénie, schizophrène, trouble bipolaire, troubles bipolaires, dépression sévère, dépression nerveuse, dépression post-partum, dépressif, dépressive, antidépresseurs, anorexie, boulimie, démence, autisme, autiste, tdah, alcoolisme, crises d'angoisse, crise d'angoisse, psychose, suicidaire
G00-G99: épilepsie, épileptique, maladie de parkinson, maladie d'alzheimer, alzheimer, sclérose en plaques, migraine, migraines, neuropathie, paraplégie, infirmité motrice
H00-H95: glaucome, cataracte, dégénérescence maculaire, acouphènes
I00-I99: hypertension, hypertendu, crise cardiaque, insuffisance cardiaque, arythmie, fibrillation auriculaire, angine de poitrine, thrombose, phlébite, infarctus, accident vasculaire cérébral
J00-J99: asthme, asthmatique, pneumonie, bronchite, bpco, emphysème, apnée du sommeil
K00-K93: maladie de crohn, rectocolite, cirrhose, appendicite, gastrite, maladie cœliaque, pancréatite
L00-M99: psoriasis, eczéma, lupus, polyarthrite, arthrose, arthrite, ostéoporose, fibromyalgie, scoliose
N00-O99: insuffisance rénale, dialyse, endométriose, infertilité, stérilité, fausse couche, prééclampsie, grossesse extra-utérine
Q00-T98: trisomie, spina bifida, commotion cérébrale, chimiothérapie
"""
