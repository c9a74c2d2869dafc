namespace Wardwatch.Server.OnCall.Changes;

/// <summary>The statements of overrides and swaps; they run in the name of the caller's hospital.</summary>
internal static class ChangeSql
{
    public const string Insert =
        """
        insert into oncall_substitutions (tenant_id, schedule_id, swap_no, replaced_id, account_id, valid_from, valid_until, reason, created_by, created_at)
        values ($1, $2, $3::bigint, $4::uuid, $5, $6, $7, $8::bytea, $9, $10)
        returning substitution_no
        """;

    public const string Overlapping =
        """
        select exists (
            select from oncall_substitutions
            where schedule_id = $1 and swap_no is null and valid_from < $3 and least(valid_until, ended_at) > $2 and (ended_at is null or ended_at > valid_from))
        """;

    public const string Overrides =
        """
        select substitution_no, schedule_id, account_id, valid_from, valid_until, reason, created_by, created_at, ended_at
        from oncall_substitutions
        where swap_no is null and ($1::bigint is null or substitution_no = $1) and ($2::uuid is null or schedule_id = $2) and ($3::bigint is null or substitution_no > $3)
          and ($4::timestamptz is null or (least(valid_until, ended_at) > $4 and (ended_at is null or ended_at > valid_from)))
          and ($5::timestamptz is null or valid_from < $5)
        order by substitution_no limit $6
        """;

    public const string EndOverride = "update oncall_substitutions set ended_at = $2 where substitution_no = $1";

    public const string InsertSwap =
        "insert into oncall_swaps (tenant_id, agreed_by, reason, created_by, created_at) values ($1, $2, $3::bytea, $4, $5) returning swap_no";

    public const string Swaps =
        """
        select w.swap_no, one.schedule_id, one.replaced_id, one.valid_from, one.valid_until, other.schedule_id, other.replaced_id, other.valid_from, other.valid_until,
               w.agreed_by, w.reason, w.created_by, w.created_at, w.ended_at
        from oncall_swaps w
        join oncall_substitutions one using (swap_no)
        join oncall_substitutions other on other.swap_no = w.swap_no and other.substitution_no > one.substitution_no
        where ($1::bigint is null or w.swap_no = $1) and ($2::uuid is null or $2 in (one.schedule_id, other.schedule_id)) and ($3::bigint is null or w.swap_no > $3)
          and ($4::timestamptz is null or (w.ended_at is null and greatest(one.valid_until, other.valid_until) > $4))
          and ($5::timestamptz is null or least(one.valid_from, other.valid_from) < $5)
        order by w.swap_no limit $6
        """;

    public const string EndSwap =
        """
        with ended as (update oncall_swaps set ended_at = $2 where swap_no = $1)
        update oncall_substitutions set ended_at = $2 where swap_no = $1
        """;
}
