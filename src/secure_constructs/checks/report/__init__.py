"""The report: one page about an app, for architects and auditors."""
