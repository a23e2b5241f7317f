"""Regions that a cloud writes into its host names, and the country each of them lies in.

Sources: the lists of the providers (docs.aws.amazon.com/global-infrastructure, cloud.google.com/about/locations,
azure.microsoft.com/explore/global-infrastructure) as commonly known in 2026-11. UNREVIEWED row by row; a region that
is not listed is left alone.
"""

from __future__ import annotations

import re

_AWS = {
    "af-south-1": "ZA",
    "ap-east-1": "HK",
    "ap-east-2": "TW",
    "ap-northeast-1": "JP",
    "ap-northeast-2": "KR",
    "ap-northeast-3": "JP",
    "ap-south-1": "IN",
    "ap-south-2": "IN",
    "ap-southeast-1": "SG",
    "ap-southeast-2": "AU",
    "ap-southeast-3": "ID",
    "ap-southeast-4": "AU",
    "ap-southeast-5": "MY",
    "ap-southeast-7": "TH",
    "ca-central-1": "CA",
    "ca-west-1": "CA",
    "eu-central-1": "DE",
    "eu-central-2": "CH",
    "eu-north-1": "SE",
    "eu-south-1": "IT",
    "eu-south-2": "ES",
    "eu-west-1": "IE",
    "eu-west-2": "GB",
    "eu-west-3": "FR",
    "il-central-1": "IL",
    "me-central-1": "AE",
    "me-south-1": "BH",
    "mx-central-1": "MX",
    "sa-east-1": "BR",
    "us-east-1": "US",
    "us-east-2": "US",
    "us-west-1": "US",
    "us-west-2": "US",
}

_GOOGLE = {
    "africa-south1": "ZA",
    "asia-east1": "TW",
    "asia-east2": "HK",
    "asia-northeast1": "JP",
    "asia-northeast2": "JP",
    "asia-northeast3": "KR",
    "asia-south1": "IN",
    "asia-south2": "IN",
    "asia-southeast1": "SG",
    "asia-southeast2": "ID",
    "australia-southeast1": "AU",
    "australia-southeast2": "AU",
    "europe-central2": "PL",
    "europe-north1": "FI",
    "europe-north2": "SE",
    "europe-southwest1": "ES",
    "europe-west1": "BE",
    "europe-west2": "GB",
    "europe-west3": "DE",
    "europe-west4": "NL",
    "europe-west6": "CH",
    "europe-west8": "IT",
    "europe-west9": "FR",
    "europe-west10": "DE",
    "europe-west12": "IT",
    "me-central1": "QA",
    "me-central2": "SA",
    "me-west1": "IL",
    "northamerica-northeast1": "CA",
    "northamerica-northeast2": "CA",
    "southamerica-east1": "BR",
    "southamerica-west1": "CL",
    "us-central1": "US",
    "us-east1": "US",
    "us-east4": "US",
    "us-east5": "US",
    "us-south1": "US",
    "us-west1": "US",
    "us-west2": "US",
    "us-west3": "US",
    "us-west4": "US",
}

_AZURE = {
    "australiaeast": "AU",
    "brazilsouth": "BR",
    "canadacentral": "CA",
    "canadaeast": "CA",
    "centralindia": "IN",
    "eastus": "US",
    "eastus2": "US",
    "francecentral": "FR",
    "germanywestcentral": "DE",
    "italynorth": "IT",
    "japaneast": "JP",
    "koreacentral": "KR",
    "northcentralus": "US",
    "northeurope": "IE",
    "norwayeast": "NO",
    "polandcentral": "PL",
    "southafricanorth": "ZA",
    "southcentralus": "US",
    "southeastasia": "SG",
    "southindia": "IN",
    "spaincentral": "ES",
    "swedencentral": "SE",
    "switzerlandnorth": "CH",
    "uaenorth": "AE",
    "uksouth": "GB",
    "ukwest": "GB",
    "westeurope": "NL",
    "westus": "US",
    "westus3": "US",
}

_HOSTS = (
    (re.compile(r"[a-z0-9.-]+\.(?P<region>[a-z]{2}-[a-z]+-[0-9])\.amazonaws\.com"), _AWS),
    (re.compile(r"(?P<region>[a-z]+-[a-z]+[0-9]+)-aiplatform\.googleapis\.com"), _GOOGLE),
)


def region_of(host: str) -> tuple[str, str] | None:
    """The region that a host names and its country; None if it names none that is known."""
    for form, countries in _HOSTS:
        named = form.fullmatch(host.lower())
        if named is not None and named["region"] in countries:
            return named["region"], countries[named["region"]]
    return None


def country_of(region: str) -> str:
    """The country of a region by its own name, of whichever cloud; "" if it is not known."""
    name = region.lower()
    return _AWS.get(name) or _GOOGLE.get(name) or _AZURE.get(name.replace(" ", "")) or ""
