"""Health conditions in Portuguese."""

TERMS = """
A00-B99: tuberculose, vih, hiv, soropositivo, soropositiva, seropositivo, hepatite, malária, sífilis, gonorreia, clamídia, herpes, meningite, septicemia, sarampo, covid, dengue, hanseníase
C00-D48: cancro da mama, cancro do pulmão, câncer, câncer de mama, cancro, carcinoma, melanoma, leucemia, linfoma, sarcoma, tumor, tumores, metástase, metástases, mieloma
D50-D89: anemia, hemofilia, hemofílico, anemia falciforme, talassemia
E00-E90: diabetes, diabético, diabética, hipotiroidismo, hipotireoidismo, hipertiroidismo, hipertireoidismo, fibrose cística, fibrose quística, obesidade
F00-F99: esquizofrenia, esquizofrénico, esquizofrênico, transtorno bipolar, perturbação bipolar, depressão, depressão grave, antidepressivos, anorexia, bulimia, demência, autismo, autista, tdah, phda, alcoolismo, ataques de pânico, transtorno de ansiedade, psicose, suicida
G00-G99: epilepsia, epilético, epiléptico, parkinson, alzheimer, esclerose múltipla, enxaqueca, enxaquecas, neuropatia, paralisia cerebral, paraplegia
H00-H95: glaucoma, cirurgia de catarata, degeneração macular, zumbido no ouvido
I00-I99: hipertensão, hipertenso, hipertensa, enfarte, infarto, insuficiência cardíaca, acidente vascular cerebral, derrame cerebral, arritmia, fibrilhação auricular, fibrilação atrial, angina de peito, trombose
J00-J99: asma, asmático, asmática, pneumonia, bronquite, dpoc, enfisema, apneia do sono
K00-K93: doença de crohn, colite ulcerosa, cirrose, apendicite, gastrite, celíaco, celíaca, pancreatite, intestino irritável
L00-M99: psoríase, eczema, lúpus, artrite, artrite reumatoide, artrose, osteoporose, fibromialgia, escoliose
N00-O99: insuficiência renal, hemodiálise, diálise, endometriose, infertilidade, aborto espontâneo, pré-eclâmpsia, gravidez ectópica, ovário policístico
Q00-T98: síndrome de down, espinha bífida, concussão, traumatismo craniano, quimioterapia
"""
