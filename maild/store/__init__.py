"""All SQL of maild, and nothing but SQL: SQLite on one node, PostgreSQL on one or many (SQLAlchemy Core).

One file per question: `engine` (how is it opened), `inbox`, `lookup`, `apply`, `outbox` (the mail's way),
`register`, `tickets` (people's view), `policies`, `nodes`, `ledger`, `clocks`, `migrate`.
Laws: every function works in its caller's transaction (`Store.transaction`, `.reading`, `.retrying`);
times go in and come out as aware UTC datetimes; text is cleaned by its column's type (law 11).
"""
