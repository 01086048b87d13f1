"""Do the CRM and the billing system agree this morning, and if not, exactly where?

The way data travels, and where each step lives:

    settings/     reconciliations/*.yaml, read with every mistake and its place
    connectors/   pull: every page of both systems, to the explicit end
    storage/      what is kept: snapshots, attempts, the ledger, the outbox
    domain/       decides, and knows nothing else: trust, lag, money, the life of a difference, words
    compare/      set against set, in DuckDB
    steps/        one verb a file: pull, prove, compare, record, describe, tell
    reporting/    what people read: summary, list, page, export
    channels/     where messages go
    defs/         the same steps as Dagster assets, checks, jobs, schedules and sensors
    cli/          the same steps as `recon` commands
    demo/         a CRM and a billing system to try everything on
"""
