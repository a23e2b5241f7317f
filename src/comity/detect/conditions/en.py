"""Health conditions in English."""

TERMS = """
A00-B99: tuberculosis, hiv, hiv-positive, hepatitis, malaria, syphilis, gonorrhea, gonorrhoea, chlamydia, herpes, meningitis, sepsis, measles, covid, dengue, leprosy
C00-D48: cancer, carcinoma, melanoma, leukemia, leukaemia, lymphoma, sarcoma, tumor, tumour, tumors, tumours, metastasis, metastases, myeloma
D50-D89: anemia, anaemia, hemophilia, haemophilia, sickle cell, thalassemia
E00-E90: diabetes, diabetic, hypothyroidism, hyperthyroidism, cystic fibrosis, obesity, thyroid disease
F00-F99: schizophrenia, schizophrenic, bipolar disorder, clinical depression, major depression, postnatal depression, postpartum depression, severe depression, antidepressants, anorexia, bulimia, dementia, autism, autistic, adhd, ptsd, alcoholism, panic attacks, anxiety disorder, psychosis, borderline personality, suicidal
G00-G99: epilepsy, epileptic, parkinson's, parkinson, alzheimer's, alzheimer, multiple sclerosis, migraine, migraines, neuropathy, cerebral palsy, paraplegia
H00-H95: glaucoma, cataract, macular degeneration, tinnitus
I00-I99: hypertension, high blood pressure, heart attack, heart failure, had a stroke, suffered a stroke, ischemic stroke, arrhythmia, atrial fibrillation, angina, thrombosis, myocardial infarction
J00-J99: asthma, asthmatic, pneumonia, bronchitis, copd, emphysema, sleep apnea, sleep apnoea
K00-K93: crohn's, crohn, ulcerative colitis, cirrhosis, appendicitis, gastritis, celiac, coeliac, pancreatitis, irritable bowel
L00-M99: psoriasis, eczema, lupus, rheumatoid arthritis, osteoarthritis, arthritis, osteoporosis, fibromyalgia, scoliosis
N00-O99: kidney failure, renal failure, dialysis, endometriosis, infertility, miscarriage, preeclampsia, ectopic pregnancy, polycystic ovary
Q00-T98: down syndrome, spina bifida, concussion, chemotherapy
"""
