"""Health conditions in German."""

TERMS = """
A00-B99: tuberkulose, hiv, hiv-positiv, hepatitis, malaria, syphilis, tripper, gonorrhö, chlamydien, herpes, hirnhautentzündung, meningitis, sepsis, blutvergiftung, masern, covid, lepra
C00-D48: krebs, krebserkrankung, krebskrank, brustkrebs, lungenkrebs, darmkrebs, prostatakrebs, hautkrebs, karzinom, melanom, leukämie, lymphom, sarkom, tumor, tumore, tumoren, hirntumor, metastase, metastasen
D50-D89: anämie, blutarmut, hämophilie, bluter, sichelzellenanämie, thalassämie
E00-E90: diabetes, diabetiker, diabetikerin, zuckerkrankheit, zuckerkrank, schilddrüsenunterfunktion, schilddrüsenüberfunktion, mukoviszidose, adipositas
F00-F99: schizophrenie, schizophren, bipolare störung, bipolaren störung, depression, depressionen, depressiv, antidepressiva, magersucht, bulimie, demenz, dement, autismus, autist, autistisch, adhs, posttraumatische, alkoholsucht, alkoholabhängig, panikattacken, angststörung, psychose, suizidal
G00-G99: epilepsie, epileptiker, parkinson, alzheimer, multiple sklerose, multipler sklerose, migräne, neuropathie, querschnittslähmung
H00-H95: glaukom, grüner star, katarakt, makuladegeneration, tinnitus
I00-I99: bluthochdruck, hypertonie, herzinfarkt, herzinsuffizienz, herzschwäche, schlaganfall, herzrhythmusstörung, herzrhythmusstörungen, vorhofflimmern, angina pectoris, thrombose
J00-J99: asthma, asthmatiker, lungenentzündung, bronchitis, copd, lungenemphysem, schlafapnoe
K00-K93: morbus crohn, colitis ulcerosa, leberzirrhose, blinddarmentzündung, gastritis, zöliakie, bauchspeicheldrüsenentzündung, reizdarm
L00-M99: schuppenflechte, psoriasis, ekzem, neurodermitis, lupus, rheuma, rheumatoide, arthrose, arthritis, osteoporose, fibromyalgie, skoliose
N00-O99: niereninsuffizienz, nierenversagen, dialyse, endometriose, unfruchtbarkeit, fehlgeburt, präeklampsie, eileiterschwangerschaft
Q00-T98: down-syndrom, trisomie, spina bifida, gehirnerschütterung, chemotherapie
"""
