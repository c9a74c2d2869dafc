namespace Wardwatch.Server.Models;

/// <summary>The statements of this module.</summary>
internal static class ModelSql
{
    // A version never changes, so that what is already known is not fetched again.
    public const string All =
        """
        select model_no, active, case when model_no = any($1) then null else document end
        from anomaly_models order by model_no
        """;

    public const string Insert =
        "insert into anomaly_models (name, document, trained_on, created_at) values ($1, $2, $3, $4) on conflict (name) do nothing";

    public const string ActivateIfNone =
        """
        update anomaly_models set active = true
        where name = $1 and not exists (select from anomaly_models where active)
        """;

    public const string Lock = "select pg_advisory_xact_lock(hashtext('anomaly-models'))";

    public const string Find = "select document from anomaly_models where name = $1";

    public const string Deactivate = "update anomaly_models set active = false where active and name <> $1";

    public const string Activate = "update anomaly_models set active = true where name = $1 and not active";
}
