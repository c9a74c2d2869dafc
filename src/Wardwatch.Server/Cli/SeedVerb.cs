using System.CommandLine;
using System.Text.Json;
using Wardwatch.Server.Cli.Seed;
using Wardwatch.Server.Platform;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward seed</c>: sets up the demo hospital, or adds patients to it.</summary>
internal static class SeedVerb
{
    public static Command Create()
    {
        var data = VerbOptions.Data();
        var json = VerbOptions.Json();
        var patients = new Option<int>("--patients") { HelpName = "N", Description = $"How many patients, 1 to {DemoPatients.Most} (default: {DemoHospital.DefaultPatients}).", DefaultValueFactory = _ => DemoHospital.DefaultPatients };
        patients.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > DemoPatients.Most)
            {
                result.AddError($"--patients must be between 1 and {DemoPatients.Most}.");
            }
        });
        var noSimulator = new Option<bool>("--no-simulator") { Description = "Leave every device to be played from outside." };
        var command = new Command("seed", "Set up the demo hospital; again with more patients, add the missing ones.") { data, json, patients, noSimulator };
        command.SetAction(async (arguments, cancellation) =>
        {
            await using var installation = await CommandInstallation.OpenAsync(arguments.GetValue(data), cancellation);
            var report = await new DemoHospital(installation, TimeProvider.System)
                .SeedAsync(arguments.GetValue(patients), !arguments.GetValue(noSimulator), cancellation);
            if (arguments.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(
                    new { report.Patients, added = report.AddedPatients, report.CredentialsFile, report.DeviceKeysFile }, JsonSerializerOptions.Web));
            }
            else
            {
                Console.WriteLine($"{DemoHospital.Name}: {report.Patients} patients, {report.AddedPatients} of them new.");
                Console.WriteLine($"Accounts and passwords: {report.CredentialsFile}");
                Console.WriteLine($"Keys of the devices: {report.DeviceKeysFile}");
            }

            return CommandLine.Success;
        });
        return command;
    }
}
