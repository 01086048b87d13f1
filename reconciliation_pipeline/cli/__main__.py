"""`python -m reconciliation_pipeline.cli` is `recon`."""

from reconciliation_pipeline.cli.main import main

main()
