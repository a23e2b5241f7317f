"""National identifiers of people: how each is written, how it is checked, and which words announce it.

Checks are python-stdnum's (LGPL-2.1-or-later, unmodified) under `stdnum.`, or ours (`own.`) where it has none. Ways of
writing have `9` for a digit; other characters stand for themselves, a space for any single space.

A way is *sure* where a number of that form that passes its check is hardly ever anything else (about 1 in 200 random
ones pass, or its punctuation is its own); any other is taken only beside one of its words. One in ten random numbers
passes a single check digit, and there are a dozen countries with eleven digits.
"""

from __future__ import annotations

from typing import NamedTuple


class Number(NamedTuple):
    """An identifier of digits: whose, its check, the ways in which it is sure and unsure, and its words."""

    country: str
    check: str
    sure: str
    unsure: str
    words: str


class Lettered(NamedTuple):
    """An identifier with letters in it, as a pattern in capitals; without `sure`, only beside its words."""

    country: str
    check: str
    pattern: str
    words: str
    sure: bool = True


NUMBERS: tuple[Number, ...] = (
    Number("AE", "own.emirates", "999-9999-9999999-9|999 9999 9999999 9|999999999999999", "", "emirates id|الهوية"),
    Number("AR", "stdnum.ar.cuit", "99-99999999-9", "99999999999", "cuit|cuil"),
    Number(
        "AT",
        "stdnum.at.vnr",
        "",
        "9999 999999|9999-999999|9999999999",
        "svnr|sv-nummer|sozialversicherung|versicherungsnummer",
    ),
    Number("AU", "stdnum.au.tfn", "", "999 999 999|999999999", "tfn|tax file"),
    Number(
        "BE",
        "stdnum.be.nn",
        "99.99.99-999.99|99999999999|99 99 99 999 99",
        "",
        "rijksregister|registre national|numéro national",
    ),
    Number("BG", "stdnum.bg.egn", "", "9999999999", "egn|егн"),
    Number("BR", "stdnum.br.cpf", "999.999.999-99", "99999999999|999999999-99", "cpf"),
    Number("CA", "stdnum.ca.sin", "", "999-999-999|999 999 999|999999999", "sin|social insurance|assurance sociale"),
    Number("CH", "stdnum.ch.ssn", "999.9999.9999.99|9999999999999", "", "ahv|avs"),
    Number("CL", "stdnum.cl.rut", "99.999.999-9|9.999.999-9", "99999999-9|9999999-9", "rut|rol único"),
    Number("CN", "stdnum.cn.ric", "999999999999999999", "", "身份证|resident id"),
    Number("CO", "stdnum.co.nit", "", "999.999.999-9|9999999999", "cédula|nit"),
    Number("CZ", "stdnum.cz.rc", "999999/9999|999999/999", "9999999999", "rodné číslo|rodne cislo|birth number"),
    Number(
        "DE",
        "stdnum.de.idnr",
        "99 999 999 999",
        "99999999999",
        "steuer-id|steuerid|idnr|identifikationsnummer|steuernummer|steuerliche|tax id",
    ),
    Number("DK", "stdnum.dk.cpr", "999999-9999", "9999999999", "cpr"),
    Number("DO", "stdnum.do.cedula", "999-9999999-9", "99999999999", "cédula|cedula"),
    Number("EC", "stdnum.ec.ci", "", "9999999999|999999999-9", "cédula|cedula"),
    Number("EE", "stdnum.ee.ik", "", "99999999999", "isikukood|personal code"),
    Number("EG", "own.egypt", "", "99999999999999", "الرقم القومي"),
    Number("FI", "own.hetu", "999999-9999", "", "hetu|henkilötunnus"),
    Number(
        "FR",
        "stdnum.fr.nir",
        "9 99 99 99 999 999 99|999999999999999|9 99 99 99 999 999|9 99 99 99 999 99999",
        "",
        "sécurité sociale|nir",
    ),
    Number("FR", "stdnum.fr.nif", "", "9999999999999|99 99 999 999 999", "numéro fiscal|spi"),
    Number("GB", "stdnum.gb.nhs", "", "999 999 9999|999-999-9999|9999999999", "nhs"),
    Number("GB", "stdnum.gb.utr", "", "9999999999|99999 99999", "utr|unique taxpayer"),
    Number("GR", "stdnum.gr.amka", "", "99999999999", "amka|αμκα"),
    Number("HR", "stdnum.hr.oib", "", "99999999999", "oib"),
    Number("HU", "own.taj", "", "999 999 999|999-999-999|999999999", "taj"),
    Number("ID", "stdnum.id.nik", "", "9999999999999999", "nik|ktp"),
    Number("IL", "stdnum.il.idnr", "", "999999999|9 9999999 9|99999999-9", "teudat|תעודת|ת.ז|israeli id"),
    Number("IN", "own.aadhaar", "9999 9999 9999|9999-9999-9999", "999999999999", "aadhaar|aadhar|adhaar|uidai|आधार"),
    Number("IS", "stdnum.is_.kennitala", "999999-9999", "9999999999", "kennitala"),
    Number("JP", "stdnum.jp.in_", "", "999999999999|9999 9999 9999|9999-9999-9999", "マイナンバー|my number|個人番号"),
    Number("KR", "stdnum.kr.rrn", "999999-9999999", "9999999999999", "주민|resident registration"),
    Number("LT", "stdnum.lt.asmens", "", "99999999999", "asmens"),
    Number("LV", "stdnum.lv.pvn", "999999-99999", "", "personas kods"),
    Number("MY", "stdnum.my.nric", "999999-99-9999", "999999999999", "mykad|nric"),
    Number(
        "NL", "stdnum.nl.bsn", "", "999999999|9999.99.999|999 999 999|9999 99 999", "bsn|burgerservicenummer|sofinummer"
    ),
    Number("NO", "stdnum.no.fodselsnummer", "99999999999|999999 99999", "", "fødselsnummer|personnummer"),
    Number("NZ", "stdnum.nz.ird", "", "99-999-999|999-999-999|99999999|999999999", "ird"),
    Number("PK", "stdnum.pk.cnic", "99999-9999999-9", "9999999999999", "cnic|nadra"),
    Number("PL", "stdnum.pl.pesel", "", "99999999999", "pesel"),
    Number("PT", "stdnum.pt.nif", "", "999999999|999 999 999", "nif|contribuinte"),
    Number("RO", "stdnum.ro.cnp", "9999999999999", "", "cnp|cod numeric"),
    Number("RS", "own.jmbg", "9999999999999", "", "jmbg"),
    Number("RU", "own.snils", "999-999-999 99", "99999999999", "снилс|snils"),
    Number("RU", "stdnum.ru.inn", "", "999999999999", "инн"),
    Number("SA", "own.saudi", "", "9999999999", "iqama|إقامة|الهوية|هوية|saudi id"),
    Number(
        "SE",
        "stdnum.se.personnummer",
        "999999-9999|99999999-9999|999999+9999",
        "999999999999|9999999999",
        "personnummer",
    ),
    Number("SI", "own.emso", "9999999999999", "", "emšo|emso"),
    Number("SK", "stdnum.sk.rc", "999999/9999|999999/999", "9999999999", "rodné číslo"),
    Number("TH", "stdnum.th.pin", "9-9999-99999-99-9", "9999999999999", "thai id|บัตรประชาชน|ประจำตัวประชาชน"),
    Number("TR", "stdnum.tr.tckimlik", "", "99999999999", "kimlik|tckn|t.c."),
    Number("UA", "stdnum.ua.rntrc", "", "9999999999", "рнокпп|іпн"),
    Number("US", "stdnum.us.ssn", "999-99-9999", "999999999|999 99 9999", "ssn|social security"),
    Number("US", "stdnum.us.itin", "999-99-9999", "999999999", "itin"),
    Number("ZA", "stdnum.za.idnr", "9999999999999|999999 9999 999", "", "sa id|south african id"),
)

LETTERED: tuple[Lettered, ...] = (
    Lettered("CL", "stdnum.cl.rut", r"[0-9]{1,2}\.?[0-9]{3}\.?[0-9]{3}-K", "rut|rol único"),
    Lettered("CN", "stdnum.cn.ric", r"[0-9]{17}X", ""),
    Lettered("ES", "stdnum.es.dni", r"[0-9]{2}\.?[0-9]{3}\.?[0-9]{3}[ -]?[A-Z]", "dni|nif"),
    Lettered("ES", "stdnum.es.nie", r"[XYZ][ -]?[0-9]{7}[ -]?[A-Z]", "nie"),
    Lettered("FI", "stdnum.fi.hetu", r"[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]", "hetu|henkilötunnus"),
    Lettered("FR", "stdnum.fr.nir", r"[12][0-9]{4}2[AB][0-9]{6}[0-9]{2}", ""),
    Lettered(
        "GB",
        "own.nino",
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]",
        "national insurance",
    ),
    Lettered("HK", "own.hkid", r"[A-Z]{1,2}[0-9]{6}\([0-9A]\)", "hkid"),
    Lettered("IE", "stdnum.ie.pps", r"[0-9]{7}[A-W][A-IWTX]?", "pps|ppsn"),
    Lettered("IN", "stdnum.in_.pan", r"[A-Z]{3}[ABCFGHLJPTK][A-Z][0-9]{4}[A-Z]", "pan"),
    Lettered(
        "IT",
        "stdnum.it.codicefiscale",
        r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]",
        "",
    ),
    Lettered("MX", "stdnum.mx.curp", r"[A-Z][AEIOUX][A-Z]{2}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]", "curp"),
    Lettered("MX", "stdnum.mx.rfc", r"[A-ZÑ&]{4}[0-9]{6}[0-9A-Z]{2}[0-9A]", "rfc", False),
    Lettered("PT", "stdnum.pt.cc", r"[0-9]{8} ?[0-9] ?[A-Z0-9]{2}[0-9]", "cartão de cidadão|cc", False),
    Lettered("SG", "own.nric", r"[STFGM][0-9]{7}[A-Z]", "nric|fin"),
    Lettered("TW", "own.taiwan", r"[A-Z][1289][0-9]{8}", "身分證"),
)

ANY_WORDS = (
    "national id|id number|id no|identity number|identification number|identity card|personal number|tax id|tax number"
    "|taxpayer|pièce d'identité|carte d'identité|numéro d'identité|numéro d'identification|numéro national|matricule"
    "|personalausweis|ausweisnummer|identitätsnummer|personenkennzahl|steuernummer|documento de identidad|documento nacional"
    "|número de identidad|número de identificación|carta d'identità|documento d'identità|numero di identità"
    "|documento de identificação|número de identificação|bilhete de identidade|identiteitsnummer|identiteitskaart"
    "|persoonsnummer|numer identyfikacyjny|dowód osobisty|dowodu|पहचान|رقم الهوية|رقم الإقامة|بطاقة الهوية"
)
"""Words that announce an identifier of some country. What passes a check beside them is one, of nobody knows which."""
