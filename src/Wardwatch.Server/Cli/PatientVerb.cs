using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Patients;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward patient</c>: erases a patient.</summary>
internal static class PatientVerb
{
    public static Command Create() => new("patient", "Look after patients.") { Erase() };

    private static Command Erase()
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var hospital = CommandHospital.Option();
        var id = new Argument<string>("patient") { Description = "The patient's id." };
        var reason = new Option<string>("--reason") { HelpName = "TEXT", Required = true, Description = $"Why; it stands in the audit ({ErasureEndpoint.LeastReason} to {ErasureEndpoint.MostReason} characters)." };
        var command = new Command("erase", "Destroy a patient's key for good: nothing of them can be read again, here or in a backup of the data.") { id, reason, hospital, data, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            if (arguments.GetValue(reason)?.Trim() is not { Length: >= ErasureEndpoint.LeastReason and <= ErasureEndpoint.MostReason } why)
            {
                throw new StartupException($"--reason must have {ErasureEndpoint.LeastReason} to {ErasureEndpoint.MostReason} characters.", "Say who asked for it and where that is filed.");
            }

            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var place = await CommandHospital.FindAsync(installation, arguments.GetValue(hospital), cancellation);
            var erasure = new PatientErasure(
                installation.Tenants, new ToolAudit(installation), new ErasedPatients(installation.Data, TimeProvider.System), TimeProvider.System, NullLogger<PatientErasure>.Instance);
            var patient = arguments.GetValue(id)!;
            var outcome = await erasure.EraseAsync(AuditEntry.OfTool(place.TenantId, AuditActions.ErasePatient) with { Purpose = why }, patient, cancellation);
            if (outcome == ErasureOutcome.Duplicate)
            {
                throw new StartupException($"'{patient}' is a duplicate that was merged into another patient.", "Erase that one: the duplicates are erased with it.");
            }

            if (outcome != ErasureOutcome.Erased)
            {
                throw new StartupException($"There is no patient '{patient}' in {place.Id}, or they were erased before.", "Patients have ids like p-0001.");
            }

            Console.WriteLine(arguments.GetValue(json)
                ? JsonSerializer.Serialize(new { patient, erased = true }, JsonSerializerOptions.Web)
                : $"{patient} is erased. Make a new backup of the keys now, and throw the older ones away: those still hold the patient's key (docs/operations.md, Backup).");
            return CommandLine.Success;
        });
        return command;
    }
}
