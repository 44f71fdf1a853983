"""PostgreSQL: engine, tables and statements; rows in, structs out."""
