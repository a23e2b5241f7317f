"""Exports as their makers lay them out, with made-up rows. Columns: docs/reference/atlas.md."""

from __future__ import annotations

CRUNCHBASE = """\
Transaction Name,Transaction Name URL,Organization Industries,Organization Location,Organization Name,Funding Type,\
Money Raised,Money Raised Currency,Money Raised Currency (in USD),Announced Date
Series A - Alpha,https://x/1,AI,"Paris, Ile-de-France, France",Alpha,Series A,100000000,EUR,108000000,2024-03-01
Series B - Alpha,https://x/2,AI,"Paris, Ile-de-France, France",Alpha,Series B,500000000,EUR,540000000,2025-06-11
Seed - Beta,https://x/3,AI,"Bengaluru, Karnataka, India",Beta,Seed,2000000,USD,2000000,2025-01-05
Debt - Beta,https://x/4,AI,"Bengaluru, Karnataka, India",Beta,Debt Financing,9000000,USD,9000000,2025-02-05
Series A - Gamma,https://x/5,AI,"Atlantis City, Atlantis",Gamma,Series A,1000000,USD,1000000,2025-02-05
Series C - Delta,https://x/6,AI,"San Francisco, California, United States",Delta,Series C,,,,2025-02-05
Series C - Delta,https://x/7,AI,"San Francisco, California, United States",Delta,Series C,,,"$2,000,000,000",2026-01-05
"""
CRUNCHBASE_OVERLAP = "\n".join(
    [
        CRUNCHBASE.splitlines()[0],
        *(line for line in CRUNCHBASE.splitlines() if line.startswith("Series B - Alpha")),
        'Seed - Epsilon,https://x/8,AI,"Seoul, South Korea",Epsilon,Seed,1,USD,3000000,2025-02-05',
    ]
)
TRACXN_COMPANIES = """\
Domain Name,Company Name,Category,Country,Founded Year,Is Funded,Is Acquired,Is IPO,Is Deadpooled
alpha.example,Alpha,AI,France,2020,Yes,No,No,No
zeta.example,Zeta,AI,United Arab Emirates,2021,Yes,No,No,No
"""
TRACXN_ROUNDS = """\
Domain Name,Round Date,Round Name,Round Amount (USD)
alpha.example,2024-03-01,Series A,108000000
zeta.example,"Jun 03, 2025",Series A,50000000
zeta.example,2025,Conventional Debt,70000000
nowhere.example,2025-01-01,Seed,1000
"""
EPOCH_CLUSTERS = """\
Name,Status,Certainty,Max OP/s (log),H100 equivalents,Chip type (primary),Country,Owner,Power Capacity (MW),Possible Duplicate
One,Existing,Confirmed,20,250000,H100,United States of America,A,400,FALSE
Two,Existing,Likely,20,"400,000",H200,United States of America,B,600,FALSE
Three,Planned,Likely,20,900000,GB300,United Arab Emirates,C,1000,FALSE
Four,Existing,Likely,20,6000,H100,Korea (Republic of),D,,FALSE
Five,Existing,Likely,20,6000,H100,Korea (Republic of),D,20,TRUE
"""
EPOCH_STAGES = """\
Name,Status,Certainty,H100 equivalents,Country,Power Capacity (MW),Superseded by,Possible Duplicate
Tower Phase 1,Existing,Confirmed,100000,United States of America,150,Tower Phase 2,
Tower Phase 2,Existing,Confirmed,200000,United States of America,280,Tower Phase 3,
Tower Phase 3,Planned,Likely,900000,United States of America,1200,,
"Barn, old",Existing,Likely,10,France,,"Barn, new",
"Barn, new",Existing,Likely,40,France,,,
Anonymized Chinese System,Existing,Likely,3000,China,5,,
Anonymized Chinese System,Existing,Likely,3000,China,5,,
Anonymized Chinese System,Existing,Confirmed,90000,China,,,True
Rumour,Existing,Unlikely,35000,United States of America,,,
"""
EPOCH_MODELS = """\
Model,Domain,Organization,Country (of organization),Publication date,Parameters
m1,Language,Falcon Institute,United Arab Emirates,2023-05-01,1
m2,Language,Second House,United Arab Emirates,2025-05-01,1
m3,Language,Second House,United Arab Emirates,2025-06-01,1
m4,Biology,Third House,United Arab Emirates,2025-06-01,1
m5,Language,"One,Two","United States of America,France",2025-06-01,1
m6,Language,Old House,Japan,2019-06-01,1
"""
TOP500_NEW = """\
Rank,Name,Computer,Site,Manufacturer,Country,Year,Total Cores,Accelerator/Co-Processor Cores,Rmax [TFlop/s],Rpeak [TFlop/s],Power (kW)
1,A,x,s,m,Japan,2024,7630848,0,"442,010.00","537,212.00",29899
2,B,x,s,m,Japan,2024,7630848,0,900000,1000000,29899
3,C,x,s,m,Saudi Arabia,2024,7630848,0,1000,1000,29899
"""
TOP500_OLD = """\
TOP500 List - June 2012
Rank,Site,Manufacturer,Computer,Country,Year,Cores,RMax (GFlop/s),RPeak (GFlop/s),Power
1,s,m,x,Korea South,2012,1572864,"2,000,000,000",1,7890
"""
