using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Audit;

/// <summary>Who looked and who changed what, in a chain that shows when somebody tampers with it; and what looks unusual in it.</summary>
public static class AuditModule
{
    /// <summary>Adds the trail, its checkpoints and the watch for breaches.</summary>
    public static void AddAudit(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AuditOptions>().BindConfiguration(AuditOptions.Section).ValidateDataAnnotations()
            .Validate(options => TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _), "Wardwatch:Audit:TimeZone must be the IANA name of a time zone, such as Europe/Berlin.")
            .ValidateOnStart();
        services.AddSingleton<AuditSeals>();
        services.AddSingleton<AuditChain>();
        services.AddSingleton<AuditSpool>();
        services.AddSingleton<AuditMetrics>();
        services.AddSingleton<AuditVerifier>();
        services.AddSingleton<AuditSearch>();
        services.AddSingleton<IRecordLooks>(provider => provider.GetRequiredService<AuditSearch>());
        services.AddSingleton<BreachWatch>();
        services.AddSingleton<SecurityEvents>();
        services.AddSingleton<ISecurityEvents>(provider => provider.GetRequiredService<SecurityEvents>());
        services.AddHostedService(provider => provider.GetRequiredService<SecurityEvents>());
        DirectoryChanges.AddTo(services);
        services.AddHostedService<SecurityEventNotices>();

        // Stops in the reverse order: the last looks are written, then signed.
        services.AddSingleton<AuditCheckpoints>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditCheckpoints>());
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<IAuditTrail>(provider => provider.GetRequiredService<AuditTrail>());
        services.AddHostedService(provider => provider.GetRequiredService<AuditTrail>());
    }

    /// <summary>Maps <c>/api/audit</c> and <c>/api/security-events</c>.</summary>
    public static void MapAudit(IEndpointRouteBuilder routes)
    {
        AuditEndpoints.Map(routes);
        SecurityEventEndpoints.Map(routes);
    }
}
