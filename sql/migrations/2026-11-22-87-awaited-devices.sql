-- A device that is put on and never sends is missed like one that stops. A spare that only lies ready is not: it is awaited once it has sent.

alter table device_bindings add column awaited boolean not null default true;
comment on column readings.flags is '1 late, 2 compared with the whole history, 4 a value was refused, 8 what a device says of itself and no reading';
