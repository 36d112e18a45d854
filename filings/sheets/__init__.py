"""Tables as sheets: templates, export, and the import of a block or a workbook."""
