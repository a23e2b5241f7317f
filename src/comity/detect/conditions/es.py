"""Health conditions in Spanish."""

TERMS = """
A00-B99: tuberculosis, vih, seropositivo, seropositiva, hepatitis, malaria, paludismo, sífilis, gonorrea, clamidia, herpes, meningitis, septicemia, sarampión, covid, dengue, lepra
C00-D48: cáncer, cánceres, canceroso, carcinoma, melanoma, leucemia, linfoma, sarcoma, tumor, tumores, metástasis, mieloma
D50-D89: anemia, hemofilia, drepanocitosis, talasemia
E00-E90: diabetes, diabético, diabética, hipotiroidismo, hipertiroidismo, fibrosis quística, obesidad
F00-F99: esquizofrenia, esquizofrénico, trastorno bipolar, depresión, depresión mayor, antidepresivos, anorexia, bulimia, demencia, autismo, autista, tdah, alcoholismo, ataques de pánico, trastorno de ansiedad, psicosis, suicida
G00-G99: epilepsia, epiléptico, epiléptica, parkinson, alzheimer, esclerosis múltiple, migraña, migrañas, neuropatía, parálisis cerebral, paraplejia
H00-H95: glaucoma, degeneración macular, acúfenos
I00-I99: hipertensión, hipertenso, hipertensa, infarto, insuficiencia cardíaca, insuficiencia cardiaca, derrame cerebral, accidente cerebrovascular, arritmia, fibrilación auricular, angina de pecho, trombosis
J00-J99: asma, asmático, asmática, neumonía, bronquitis, epoc, enfisema, apnea del sueño
K00-K93: enfermedad de crohn, colitis ulcerosa, cirrosis, apendicitis, gastritis, celíaco, celíaca, celiaquía, pancreatitis, colon irritable
L00-M99: psoriasis, eccema, lupus, artritis, artritis reumatoide, artrosis, osteoporosis, fibromialgia, escoliosis
N00-O99: insuficiencia renal, diálisis, endometriosis, infertilidad, aborto espontáneo, preeclampsia, embarazo ectópico, ovario poliquístico
Q00-T98: síndrome de down, espina bífida, conmoción cerebral, quimioterapia
"""
