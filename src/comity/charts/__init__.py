"""Pure functions from data to pictures: each chart as SVG, as text and as a table, and pages that hold them."""
