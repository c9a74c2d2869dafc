-- A common family name and an initial are found by a hash as well: who was registered before there was one is given it at the next start.
update patients set search_version = 0 where search_version = 1 and erased_at is null;
