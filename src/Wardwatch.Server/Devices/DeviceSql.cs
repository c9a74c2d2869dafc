namespace Wardwatch.Server.Devices;

/// <summary>The statements of this module.</summary>
internal static class DeviceSql
{
    private const string DeviceColumns = "select device_no, tenant_id, device_id, token_hash from devices where revoked_at is null";

    private const string KeyColumns =
        """
        select k.device_no, k.key_id, k.algorithm, k.wrapped_key, d.tenant_id, k.expires_at
        from device_keys k join devices d using (device_no)
        where k.revoked_at is null and d.revoked_at is null and (k.expires_at is null or k.expires_at > $1)
        """;

    private const string BindingColumns =
        "select device_no, patient_no, topic, valid_from, valid_until, awaited from device_bindings where valid_until > $1";

    public const string AllDevices = DeviceColumns;
    public const string AllKeys = KeyColumns + " order by k.device_no, k.key_id";
    public const string AllBindings = BindingColumns + " order by device_no, valid_from";

    public const string OneDevice = DeviceColumns + " and device_no = $1";
    public const string KeysOfOne = KeyColumns + " and k.device_no = $2 order by k.key_id";
    public const string BindingsOfOne = BindingColumns + " and device_no = $2 order by valid_from";

    public const string InsertDevices =
        """
        insert into devices (tenant_id, device_id, token_hash)
        select $1, * from unnest($2::text[], $3::bytea[])
        on conflict (device_id) do nothing
        returning device_no, device_id
        """;

    public const string MarkCanary = "update devices set canary = true where device_no = $1";

    public const string InsertKeys =
        """
        insert into device_keys (tenant_id, device_no, key_id, algorithm, wrapped_key)
        select $5, * from unnest($1::int[], $2::bigint[], $3::text[], $4::bytea[])
        """;

    public const string InsertBindings =
        """
        insert into device_bindings (tenant_id, device_no, patient_no, topic, valid_from, valid_until, awaited)
        select $1, * from unnest($2::int[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::boolean[])
        """;

    // The lock on the device's row makes everything that concerns one device happen one after the other.
    public const string LockDevice =
        "select device_no from devices where tenant_id = $1 and device_id = $2 and revoked_at is null and not canary for update";

    // Revoked numbers count as well: a key id is never given twice.
    public const string NextKeyId = "select coalesce(max(key_id), 0) + 1 from device_keys where device_no = $1";

    public const string RevokeKey =
        "update device_keys set revoked_at = $3 where device_no = $1 and key_id = $2 and revoked_at is null";

    public const string RevokeKeys = "update device_keys set revoked_at = $2 where device_no = $1 and revoked_at is null";

    /// <summary>Ends the keys before a new one; one that ends earlier keeps its end.</summary>
    public const string EndOlderKeys =
        "update device_keys set expires_at = least(expires_at, $3) where device_no = $1 and key_id < $2 and revoked_at is null";

    public const string RevokeDevice = "update devices set revoked_at = $2 where device_no = $1";

    public const string FindPatient =
        """
        select p.patient_no, t.public_id, p.ward_id, p.status
        from patients p join tenants t using (tenant_id)
        where p.tenant_id = $1 and p.patient_id = $2 and p.canary_ward is null
        for share of p
        """;

    private const string Bindings =
        """
        select b.device_no, b.patient_no, p.patient_id, p.ward_id, b.valid_from, b.valid_until
        from device_bindings b join patients p using (patient_no)
        where b.device_no = $1
        """;

    public const string Overlapping = Bindings + " and b.valid_from < $3 and b.valid_until > $2 order by b.valid_from";
    public const string LastBinding = Bindings + " and b.valid_from <= $2 order by b.valid_from desc limit 1";

    public const string LastReading = "select measured_at from readings where patient_no = $1 and device_no = $2 and measured_at >= $3 and flags & 8 = 0 order by measured_at desc limit 1";

    public const string Worn =
        """
        select d.device_id, b.valid_from, nullif(b.valid_until, 'infinity'),
               (select r.measured_at from readings r
                where r.patient_no = b.patient_no and r.device_no = b.device_no and r.measured_at >= greatest(b.valid_from, $4) and r.measured_at < b.valid_until and r.flags & 8 = 0
                order by r.measured_at desc limit 1)
        from patients p join device_bindings b using (patient_no) join devices d using (device_no)
        where p.tenant_id = $1 and (p.patient_no = $2 or p.merged_into = $2)
        order by b.valid_from desc, b.binding_id desc limit $3
        """;

    // A binding that would have lasted no time at all is taken back; any other ends now.
    public const string DeleteUnstarted =
        "delete from device_bindings where device_no = $1 and valid_from >= $2 and ($3::int is null or patient_no = $3)";

    public const string EndBindings =
        """
        update device_bindings set valid_until = $2
        where device_no = $1 and valid_from < $2 and valid_until > $2 and ($3::int is null or patient_no = $3)
        """;

    private const string Listed =
        """
        select d.device_id, d.created_at, d.revoked_at, p.patient_id, p.ward_id,
               (select count(*) from device_keys k where k.device_no = d.device_no and k.revoked_at is null and (k.expires_at is null or k.expires_at > $2))
        from devices d
        left join device_bindings b on b.device_no = d.device_no and b.valid_from <= $2 and b.valid_until > $2
        left join patients p on p.patient_no = b.patient_no
        where d.tenant_id = $1 and not d.canary
        """;

    public const string List = Listed + " and ($3::text is null or strpos(lower(d.device_id), lower($3)) > 0) and ($4::text is null or d.device_id > $4) order by d.device_id limit $5";

    public const string Get = Listed + " and d.device_id = $3";

    public const string KeysOf =
        """
        select k.key_id, k.algorithm, k.created_at, k.expires_at, k.revoked_at
        from device_keys k join devices d using (device_no)
        where d.tenant_id = $1 and d.device_id = $2 and not d.canary order by k.key_id
        """;
}
