"""Health conditions in Polish, in the cases in which they are met most."""

TERMS = """
A00-B99: gruźlica, gruźlicy, gruźlicę, hiv, wirusem hiv, zapalenie wątroby, zapalenia wątroby, malaria, malarii, kiła, kiły, rzeżączka, rzeżączki, chlamydia, opryszczka, opryszczki, zapalenie opon, zapalenia opon, sepsa, sepsy, covid
C00-D48: nowotwór, nowotworu, nowotwory, nowotworem, raka piersi, rak piersi, raka płuc, rak płuc, raka prostaty, raka jelita, chory na raka, chora na raka, czerniak, czerniaka, białaczka, białaczki, białaczkę, chłoniak, chłoniaka, mięsak, guz mózgu, guza mózgu, przerzuty
D50-D89: anemia, anemii, anemię, niedokrwistość, hemofilia, hemofilii, hemofilię
E00-E90: cukrzyca, cukrzycy, cukrzycę, cukrzycą, cukrzyk, niedoczynność tarczycy, niedoczynności tarczycy, nadczynność tarczycy, nadczynności tarczycy, mukowiscydoza, mukowiscydozę, otyłość, otyłości
F00-F99: schizofrenia, schizofrenii, schizofrenię, choroba dwubiegunowa, chorobę dwubiegunową, depresja, depresji, depresję, depresją, anoreksja, anoreksji, bulimia, bulimii, demencja, demencji, demencję, autyzm, autyzmu, adhd, alkoholizm, alkoholizmu, ataki paniki, nerwica, nerwicy, nerwicę, psychoza, psychozy
G00-G99: padaczka, padaczki, padaczkę, padaczką, epilepsja, epilepsji, epilepsję, parkinsona, alzheimera, stwardnienie rozsiane, stwardnienia rozsianego, migrena, migreny, migrenę, neuropatia, porażenie mózgowe
H00-H95: jaskra, jaskry, jaskrę, zaćma, zaćmy, zaćmę, zwyrodnienie plamki, szumy uszne
I00-I99: nadciśnienie, nadciśnienia, nadciśnieniem, zawał, zawału, zawale, niewydolność serca, niewydolności serca, udar mózgu, udaru mózgu, udarze mózgu, arytmia, arytmię, migotanie przedsionków, dusznica, zakrzepica, zakrzepicy, zakrzepicę
J00-J99: astma, astmy, astmę, astmą, zapalenie płuc, zapalenia płuc, zapalenie oskrzeli, zapalenia oskrzeli, pochp, rozedma, bezdech senny
K00-K93: leśniowskiego-crohna, crohna, marskość wątroby, marskości wątroby, zapalenie wyrostka, zapalenia wyrostka, celiakia, celiakii, celiakię, zapalenie trzustki, zapalenia trzustki
L00-M99: łuszczyca, łuszczycy, łuszczycę, egzema, toczeń, reumatoidalne, osteoporoza, osteoporozy, osteoporozę, fibromialgia, skolioza, skoliozę
N00-O99: niewydolność nerek, niewydolności nerek, dializa, dializy, dializę, endometrioza, endometriozy, endometriozę, niepłodność, niepłodności, poronienie, poronienia, stan przedrzucawkowy, ciąża pozamaciczna
Q00-T98: zespół downa, zespołem downa, rozszczep kręgosłupa, wstrząśnienie mózgu, wstrząśnienia mózgu, chemioterapia, chemioterapii, chemioterapię
"""
