"""Whether two customers are the same company: reading names, what to compare with what, how alike they are. Pure."""
