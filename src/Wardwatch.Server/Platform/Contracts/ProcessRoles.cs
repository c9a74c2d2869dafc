namespace Wardwatch.Server.Platform.Contracts;

/// <summary>What this process does of the installation's work.</summary>
/// <param name="Names">The names of its roles.</param>
/// <param name="AreAll">True if it does everything, so that it needs no other process.</param>
public sealed record ProcessRoles(IReadOnlyList<string> Names, bool AreAll)
{
    /// <summary>What is taken where nobody said otherwise: one process that does everything.</summary>
    public static ProcessRoles Everything { get; } = new(["all"], AreAll: true);

    /// <summary>Sets a process's roles, before its modules are added.</summary>
    public void SetOn(IHostApplicationBuilder builder)
    {
        builder.Properties[typeof(ProcessRoles)] = this;
        builder.Services.AddSingleton(this);
    }

    /// <summary>A process's roles, for modules that register different things by them.</summary>
    public static ProcessRoles Of(IHostApplicationBuilder builder) => builder.Properties.TryGetValue(typeof(ProcessRoles), out var roles) ? (ProcessRoles)roles : Everything;
}
