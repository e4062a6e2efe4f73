"""Pure array mathematics in the papers' symbols: no labels, no pandas, NaN in gives NaN out."""
