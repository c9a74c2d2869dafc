using System.CommandLine;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli;

/// <summary>The hospital on which a verb works: the one that is named, or the only one there is.</summary>
internal static class CommandHospital
{
    public static Option<string?> Option() => new("--hospital") { HelpName = "ID", Description = "The hospital; needed only where there are several." };

    /// <summary>Finds it.</summary>
    /// <exception cref="StartupException">There is none, or several and none is named.</exception>
    public static async Task<HospitalEntry> FindAsync(Installation installation, string? id, CancellationToken cancellation)
    {
        var registry = new HospitalRegistry(installation.Database, installation.Keyring);
        if (id is not null)
        {
            return await registry.FindAsync(id, cancellation)
                ?? throw new StartupException($"There is no hospital '{id}'.", "Set it up with its first account: ward user add … --hospital ID --hospital-name NAME");
        }

        return await registry.AllAsync(cancellation) switch
        {
            [var only] => only,
            [] => throw new StartupException("There is no hospital yet.", "Set it up with its first account: ward user add … --hospital ID --hospital-name NAME"),
            var several => throw new StartupException("There are several hospitals.", $"Name one with --hospital: {string.Join(", ", several.Select(hospital => hospital.Id))}"),
        };
    }
}
