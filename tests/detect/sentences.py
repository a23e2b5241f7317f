"""What the sentences of the labelled set are made of: forms in ten languages, and vectors of identifiers with letters."""

from __future__ import annotations

from typing import Any

ANNOUNCED: dict[str, list[str]] = {
    "en": [
        "My {name} is {x}, could you fill in the form?",
        "The applicant gave {x} as {name} when she came in.",
        '{{"{name}": "{x}"}}',
        "Please check the {name}: {x}. It was refused twice.",
    ],
    "fr": [
        "Mon {name} est {x}, pouvez-vous remplir le formulaire ?",
        "Voici le {name} de la patiente : {x}.",
        "Il a donné {x} comme {name} au guichet.",
    ],
    "de": [
        "Meine {name} ist {x}, bitte füllen Sie das Formular aus.",
        "Hier ist die {name} des Kunden: {x}.",
        "{name}: {x}, wie auf dem Bescheid angegeben.",
    ],
    "es": [
        "Mi {name} es {x}, ¿puede rellenar el formulario?",
        "El {name} del cliente es {x} según el contrato.",
        "{name}: {x}, tal como está en la carta.",
    ],
    "it": [
        "Il mio {name} è {x}, può compilare il modulo?",
        "Il {name} della cliente è {x} come nel contratto.",
        "{name}: {x}, come è scritto nella lettera.",
    ],
    "pt": [
        "O meu {name} é {x}, pode preencher o formulário?",
        "O {name} do cliente é {x}, como está no contrato.",
        "{name}: {x}, conforme consta da carta.",
    ],
    "nl": [
        "Mijn {name} is {x}, kunt u het formulier invullen?",
        "Het {name} van de klant is {x} volgens het contract.",
        "{name}: {x}, zoals in de brief staat.",
    ],
    "pl": [
        "Mój {name} to {x}, proszę wypełnić formularz.",
        "{name} klienta to {x} zgodnie z umową.",
        "Podaję {name}: {x}, jak w liście.",
    ],
    "hi": [
        "मेरा {name} {x} है, कृपया फॉर्म भर दें।",
        "ग्राहक का {name} {x} दर्ज किया गया है।",
        "{name}: {x}, जैसा पत्र में लिखा है।",
    ],
    "ar": [
        "{name} الخاص بي هو {x}، هل يمكنك ملء النموذج؟",
        "قدم العميل {name} {x} عند التسجيل.",
        "{name}: {x} كما هو مكتوب في الرسالة.",
    ],
}
"""The identifier with its name beside it."""

BARE: dict[str, list[str]] = {
    "en": [
        "Please send the letter to {x} before Monday.",
        "She wrote {x} on the back of the form.",
        "Use {x} for this and tell me what you find.",
    ],
    "fr": [
        "Merci d'envoyer la lettre à {x} avant lundi.",
        "Elle a écrit {x} au dos du formulaire.",
        "Utilisez {x} et dites-moi ce que vous trouvez.",
    ],
    "de": [
        "Bitte schicken Sie den Brief bis Montag an {x}.",
        "Sie hat {x} auf die Rückseite geschrieben.",
        "Nehmen Sie {x} und sagen Sie mir, was Sie finden.",
    ],
    "es": [
        "Por favor envíe la carta a {x} antes del lunes.",
        "Ella escribió {x} al dorso del formulario.",
        "Use {x} y dígame lo que encuentra.",
    ],
    "it": [
        "Per favore mandi la lettera a {x} prima di lunedì.",
        "Ha scritto {x} sul retro del modulo.",
        "Usi {x} e mi dica che cosa trova.",
    ],
    "pt": [
        "Por favor envie a carta para {x} antes de segunda-feira.",
        "Ela escreveu {x} no verso do formulário.",
        "Use {x} e diga-me o que encontra.",
    ],
    "nl": [
        "Stuur de brief alstublieft voor maandag naar {x}.",
        "Zij schreef {x} op de achterkant van het formulier.",
        "Gebruik {x} en zeg mij wat u vindt.",
    ],
    "pl": [
        "Proszę wysłać list na {x} przed poniedziałkiem.",
        "Napisała {x} na odwrocie formularza.",
        "Proszę użyć {x} i powiedzieć mi, co pan znajdzie.",
    ],
    "hi": [
        "कृपया सोमवार से पहले पत्र {x} पर भेज दें।",
        "उसने फॉर्म के पीछे {x} लिखा था।",
        "इसके लिए {x} का प्रयोग करें और बताएं क्या मिला।",
    ],
    "ar": ["يرجى إرسال الرسالة إلى {x} قبل يوم الاثنين.", "كتبت {x} على ظهر النموذج.", "استخدم {x} وأخبرني بما تجده."],
}
"""Without any word that says what it is."""

_EN = ["My phone is {x}, call me after six.", "You can reach her at {x}, her mobile.", "Tel: {x}"]
PHONES: dict[str, tuple[list[str], list[str]]] = {
    "en": (
        _EN,
        ["+1| 415 555 2999", "(415) 555-2999", "+44| 20 7946 0999", "07700 900999", "415-555-2999", "+91| 98999 99999"],
    ),
    "fr": (
        ["Mon téléphone est le {x}, appelez après six heures.", "On peut la joindre au {x}.", "Tél : {x}"],
        ["06 99 99 99 99", "+33| 6 99 99 99 99", "06|99999999", "01.99.99.99.99"],
    ),
    "de": (
        ["Mein Telefon ist {x}, bitte ab sechs anrufen.", "Sie ist unter der Rufnummer {x} erreichbar.", "Handy: {x}"],
        ["+49| 151 99999999", "0151 99999999", "030 9999999", "+49| 30 999 9999"],
    ),
    "es": (
        ["Mi teléfono es {x}, llame después de las seis.", "Su móvil es el {x}, por si hace falta.", "Móvil: {x}"],
        ["+34| 699 999 999", "699 99 99 99", "699999999", "91 999 99 99"],
    ),
    "it": (
        ["Il mio telefono è {x}, mi chiami dopo le sei.", "Il suo cellulare è {x}.", "Cellulare: {x}"],
        ["+39| 399 999 9999", "399 9999999", "06 9999 9999"],
    ),
    "pt": (
        ["O meu telefone é {x}, ligue depois das seis.", "O telemóvel dela é o {x}.", "Celular: {x}"],
        ["+351| 919 999 999", "919 999 999", "(11) 99999-9999", "+55| 11 99999 9999"],
    ),
    "nl": (
        ["Mijn telefoon is {x}, bel na zes uur.", "Zij is mobiel bereikbaar op {x}.", "Telefoon: {x}"],
        ["+31| 6 99999999", "06 99999999", "06|99999999", "020 999 9999"],
    ),
    "pl": (
        ["Mój telefon to {x}, proszę dzwonić po szóstej.", "Jej telefon to {x}.", "Telefon: {x}"],
        ["+48| 599 999 999", "599 999 999", "599999999", "22 999 99 99"],
    ),
    "hi": (
        ["मेरा फोन {x} है, छह बजे के बाद कॉल करें।", "उनका मोबाइल {x} है।", "मोबाइल: {x}"],
        ["+91| 99999 99999", "9899999999", "0|99999 99999", "०98९9९9९9९".replace("०", "9").replace("९", "9")],
    ),
    "ar": (
        ["هاتفي {x} ويمكنك الاتصال بعد السادسة.", "رقم الهاتف هو {x} للتواصل.", "جوال: {x}"],
        ["+971| 50 999 9999", "050 999 9999", "+966| 59 999 9999", "05|99999999"],
    ),
}

HEALTH: dict[str, tuple[list[str], list[str]]] = {
    "en": (
        [
            "My mother has {x} and takes two tablets a day.",
            "She was treated for {x} last year.",
            "I was told that it may be {x}.",
        ],
        [
            "diabetes",
            "asthma",
            "breast cancer",
            "epilepsy",
            "hypertension",
            "a heart attack",
            "Crohn's disease",
            "multiple sclerosis",
            "pneumonia",
            "schizophrenia",
            "gout",
            "a slipped disc",
            "HIV",
            "shingles",
        ],
    ),
    "fr": (
        ["Ma mère a {x} et prend deux comprimés par jour.", "Elle a été soignée pour {x} l'an dernier."],
        [
            "du diabète",
            "de l'asthme",
            "un cancer du sein",
            "une épilepsie",
            "de l'hypertension",
            "un infarctus",
            "la maladie de Crohn",
            "une sclérose en plaques",
            "une pneumonie",
            "une schizophrénie",
            "la goutte",
            "une hernie discale",
            "un zona",
        ],
    ),
    "de": (
        ["Meine Mutter hat {x} und nimmt täglich zwei Tabletten.", "Sie wurde letztes Jahr wegen {x} behandelt."],
        [
            "Diabetes",
            "Asthma",
            "Brustkrebs",
            "Epilepsie",
            "Bluthochdruck",
            "Herzinfarkt",
            "Morbus Crohn",
            "multipler Sklerose",
            "Lungenentzündung",
            "Schizophrenie",
            "Gicht",
            "Bandscheibenvorfall",
            "Gürtelrose",
        ],
    ),
    "es": (
        ["Mi madre tiene {x} y toma dos pastillas al día.", "La trataron por {x} el año pasado."],
        [
            "diabetes",
            "asma",
            "cáncer de mama",
            "epilepsia",
            "hipertensión",
            "un infarto",
            "enfermedad de Crohn",
            "esclerosis múltiple",
            "neumonía",
            "esquizofrenia",
            "gota",
            "una hernia discal",
            "culebrilla",
        ],
    ),
    "it": (
        ["Mia madre ha {x} e prende due compresse al giorno.", "È stata curata per {x} l'anno scorso."],
        [
            "il diabete",
            "l'asma",
            "un tumore al seno",
            "l'epilessia",
            "l'ipertensione",
            "un infarto",
            "il morbo di Crohn",
            "la sclerosi multipla",
            "la polmonite",
            "la schizofrenia",
            "la gotta",
            "un'ernia del disco",
        ],
    ),
    "pt": (
        ["A minha mãe tem {x} e toma dois comprimidos por dia.", "Ela foi tratada por {x} no ano passado."],
        [
            "diabetes",
            "asma",
            "cancro da mama",
            "epilepsia",
            "hipertensão",
            "um enfarte",
            "doença de Crohn",
            "esclerose múltipla",
            "pneumonia",
            "esquizofrenia",
            "gota",
            "uma hérnia discal",
        ],
    ),
    "nl": (
        ["Mijn moeder heeft {x} en neemt twee tabletten per dag.", "Zij werd vorig jaar behandeld voor {x}."],
        [
            "diabetes",
            "astma",
            "borstkanker",
            "epilepsie",
            "hoge bloeddruk",
            "een hartinfarct",
            "de ziekte van Crohn",
            "multiple sclerose",
            "longontsteking",
            "schizofrenie",
            "jicht",
            "een hernia",
            "gordelroos",
        ],
    ),
    "pl": (
        ["Moja mama ma {x} i bierze dwie tabletki dziennie.", "W zeszłym roku stwierdzono u niej {x}."],
        [
            "cukrzycę",
            "astmę",
            "raka piersi",
            "padaczkę",
            "nadciśnienie",
            "zawał",
            "chorobę Crohna",
            "stwardnienie rozsiane",
            "zapalenie płuc",
            "schizofrenię",
            "dnę moczanową",
            "półpasiec",
        ],
    ),
    "hi": (
        ["मेरी माँ को {x} है और वह दिन में दो गोलियाँ लेती हैं।", "पिछले साल उनका {x} का इलाज हुआ था।"],
        [
            "मधुमेह",
            "अस्थमा",
            "स्तन कैंसर",
            "मिर्गी",
            "उच्च रक्तचाप",
            "दिल का दौरा",
            "निमोनिया",
            "सिज़ोफ्रेनिया",
            "टीबी",
            "गठिया",
            "हर्निया",
            "साइटिका",
        ],
    ),
    "ar": (
        ["والدتي مصابة ب{x} وتتناول حبتين في اليوم.", "تم علاجها من {x} في العام الماضي."],
        [
            "السكري",
            "الربو",
            "سرطان الثدي",
            "الصرع",
            "ارتفاع ضغط الدم",
            "التهاب الكبد",
            "التصلب المتعدد",
            "الفصام",
            "النقرس",
            "الحزام الناري",
        ],
    ),
}
"""Sentences, and conditions: two or three of each language's are not in the list, as life has it."""

INNOCENT: dict[str, list[str]] = {
    "en": [
        "Order {x} has left the warehouse.",
        "The job {x} failed with code 137, see the log.",
        "A stroke of luck: reference {x} was still free.",
    ],
    "fr": [
        "La commande {x} a quitté l'entrepôt.",
        "La tâche {x} a échoué, voir le journal.",
        "Référence {x}, avec rage et passion, était encore libre.",
    ],
    "de": [
        "Die Bestellung {x} hat das Lager verlassen.",
        "Der Auftrag {x} ist fehlgeschlagen, siehe Protokoll.",
        "Artikel {x} ist wieder auf Lager.",
    ],
    "es": [
        "El pedido {x} ha salido del almacén.",
        "La tarea {x} ha fallado, vea el registro.",
        "La referencia {x} de las cataratas sigue libre.",
    ],
    "it": [
        "L'ordine {x} ha lasciato il magazzino.",
        "Il lavoro {x} è fallito, vedi il registro.",
        "L'articolo {x} è di nuovo disponibile.",
    ],
    "pt": [
        "A encomenda {x} saiu do armazém.",
        "A tarefa {x} falhou, veja o registo.",
        "O artigo {x} está de novo disponível.",
    ],
    "nl": [
        "Bestelling {x} heeft het magazijn verlaten.",
        "Taak {x} is mislukt, zie het logboek.",
        "Artikel {x} is weer leverbaar.",
    ],
    "pl": [
        "Zamówienie {x} opuściło magazyn.",
        "Zadanie {x} nie powiodło się, zobacz dziennik.",
        "Artykuł {x} jest znowu dostępny.",
    ],
    "hi": ["ऑर्डर {x} गोदाम से निकल चुका है।", "कार्य {x} विफल रहा, लॉग देखें।", "वस्तु {x} फिर से उपलब्ध है।"],
    "ar": ["غادر الطلب {x} المستودع.", "فشلت المهمة {x}، انظر السجل.", "السلعة {x} متوفرة من جديد."],
}

NEUTRAL: dict[str, list[str]] = {
    "en": [
        "Summarise the minutes of the meeting in three sentences.",
        "The market fell into a deep depression after the war.",
        "Write a function that sorts a list of dates.",
        "The virus scanner found nothing on the server.",
        "He broke the record with the last stroke of the race.",
    ],
    "fr": [
        "Résume le compte rendu de la réunion en trois phrases.",
        "Une dépression venue de l'Atlantique apporte de la pluie.",
        "Écris une fonction qui trie une liste de dates.",
        "L'antivirus n'a rien trouvé sur le serveur.",
    ],
    "de": [
        "Fasse das Protokoll der Sitzung in drei Sätzen zusammen.",
        "Schreibe eine Funktion, die eine Liste von Daten sortiert.",
        "Der Virenscanner hat auf dem Server nichts gefunden.",
        "Das Wetter bleibt am Wochenende wechselhaft.",
    ],
    "es": [
        "Resume el acta de la reunión en tres frases.",
        "Escribe una función que ordene una lista de fechas.",
        "El antivirus no encontró nada en el servidor.",
        "El tiempo será variable durante el fin de semana.",
    ],
    "it": [
        "Riassumi il verbale della riunione in tre frasi.",
        "Scrivi una funzione che ordini un elenco di date.",
        "L'antivirus non ha trovato nulla sul server.",
        "Il tempo resta variabile durante il fine settimana.",
    ],
    "pt": [
        "Resume a ata da reunião em três frases.",
        "Escreve uma função que ordene uma lista de datas.",
        "O antivírus não encontrou nada no servidor.",
        "O tempo continua variável durante o fim de semana.",
    ],
    "nl": [
        "Vat het verslag van de vergadering samen in drie zinnen.",
        "Schrijf een functie die een lijst met data sorteert.",
        "De virusscanner heeft niets gevonden op de server.",
        "Het weer blijft dit weekend wisselvallig.",
    ],
    "pl": [
        "Streść protokół zebrania w trzech zdaniach.",
        "Napisz funkcję, która sortuje listę dat.",
        "Program antywirusowy nie znalazł nic na serwerze.",
        "Pogoda w weekend będzie zmienna, rzeka Odra wzbiera.",
    ],
    "hi": [
        "बैठक के विवरण को तीन वाक्यों में संक्षेप में लिखें।",
        "एक फ़ंक्शन लिखें जो तारीखों की सूची को क्रम में लगाए।",
        "सर्वर पर एंटीवायरस को कुछ नहीं मिला।",
    ],
    "ar": [
        "لخص محضر الاجتماع في ثلاث جمل.",
        "اكتب دالة ترتب قائمة من التواريخ.",
        "لم يجد برنامج الحماية شيئا على الخادم.",
    ],
}

LETTERED: dict[str, Any] = {
    "en": {
        "of": [
            ("GB", "nhs"),
            ("US", "ssn"),
            ("IN", "aadhaar"),
            ("CA", "sin"),
            ("AU", "tfn"),
            ("IE", "pps"),
            ("SG", "nric"),
            ("ZA", "sa id"),
            ("NZ", "ird"),
            ("PK", "cnic"),
        ]
    },
    "fr": {"of": [("FR", "nir"), ("FR", "numéro fiscal"), ("BE", "numéro national"), ("CH", "avs")]},
    "de": {"of": [("DE", "steuer-id"), ("AT", "svnr"), ("CH", "ahv")]},
    "es": {"of": [("ES", "dni"), ("MX", "curp"), ("AR", "cuit"), ("CL", "rut"), ("EC", "cédula"), ("DO", "cédula")]},
    "it": {"of": [("IT", "codice fiscale")]},
    "pt": {"of": [("PT", "nif"), ("BR", "cpf")]},
    "nl": {"of": [("NL", "bsn"), ("BE", "rijksregister")]},
    "pl": {"of": [("PL", "pesel")]},
    "hi": {"of": [("IN", "आधार"), ("IN", "आधार"), ("IN", "pan")]},
    "ar": {"of": [("AE", "الهوية"), ("SA", "الهوية"), ("EG", "الرقم القومي")]},
    "*": {
        "GB": ("national insurance", ["AB123456C", "QQ 12 34 56 A".replace("QQ", "JG"), "ZX 98 76 54 D"]),
        "IN": ("pan", ["ABCPE1234F", "ACUPA7085R"]),
        "IE": ("pps", ["6433435F", "6433435OA"]),
        "SG": ("nric", ["S1234567D", "F1612345M"]),
        "ES": ("dni", ["12345678Z", "54362315K", "X2482300W", "X5253868R"]),
        "MX": ("curp", ["BOXW310820HNERXN09"]),
        "CL": ("rut", ["12.531.909-2", "12531909-2", "20.961.605-K"]),
        "IT": ("codice fiscale", ["RSSMRA85T10A562S", "RCCMNL83S18D969H", "rccmnl83s18d969h"]),
    },
}
"""Whose identifiers are met in a language; and examples of those with letters, as their authorities or libraries give."""
