"""How much may be used, and by whom: meters, lent out in slices by one lender."""
