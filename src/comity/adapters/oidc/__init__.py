"""Bearer tokens of OpenID Connect issuers: their keys fetched, their signatures and claims checked by PyJWT."""
