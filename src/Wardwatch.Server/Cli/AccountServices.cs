using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Staff;

namespace Wardwatch.Server.Cli;

/// <summary>What the verbs need to look after accounts, without a web host.</summary>
internal static class AccountServices
{
    public static ServiceProvider Build(Installation installation)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(installation.Database);
        services.AddSingleton<IAuditTrail>(new ToolAudit(installation));
        StaffModule.AddAccounts(services);
        return services.BuildServiceProvider();
    }
}
