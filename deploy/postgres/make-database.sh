#!/bin/sh
# Runs once, in an empty cluster: the database, its owner, and the two roles as which everything but migrations works.
set -eu
mkdir -p /var/backups/wardwatch/wal /var/backups/wardwatch/bases
psql -v ON_ERROR_STOP=1 -v password="$(cat /run/secrets/postgres-password)" -U postgres -d postgres <<'SQL'
create role wardwatch login password :'password';
create role wardwatch_service bypassrls;
create role wardwatch_tenant;
grant wardwatch_service, wardwatch_tenant to wardwatch;
create database wardwatch owner wardwatch;
revoke all on database wardwatch from public;
SQL
