"""The demo: made-up units, accounts and filings, loaded once into an installation with HATCHERY_ENV=demo."""
