using System.CommandLine;
using Wardwatch.Server.Cli.Seed;
using Wardwatch.Server.Incidents;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Staff;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward demo</c>, which <c>./run</c> calls: the demo hospital, server and bedside devices, in the foreground.</summary>
internal static class DemoVerb
{
    private const string DefaultData = "data-demo";
    private const int DefaultMqttPort = 8883;
    private const string DefaultHttps = "8443";

    // Given on to the simulator as they are.
    private static readonly (string Name, string HelpName, string Description)[] SimulatorOptions =
    [
        ("--speed", "X", "Simulated seconds per second (default: 1)."),
        ("--workbook", "FILE", "Replay the patients of an Excel workbook."),
        ("--tables", "FILE", "Replay the patients of a file of tables."),
        ("--story", "NAME", "Script a deterioration (sepsis, hypoxia, haemorrhage, arrhythmia, …), or calm; may be repeated."),
    ];

    public static Command Create()
    {
        var data = VerbOptions.Data();
        data.Description = $"The folder of the demo hospital (default: ./{DefaultData}).";
        var http = VerbOptions.Http();
        var https = VerbOptions.Https(DefaultHttps);
        var mqtt = VerbOptions.Mqtt();
        var conformance = VerbOptions.Conformance();
        var patients = new Option<int>("--patients") { HelpName = "N", Description = "How many patients (default: 15).", DefaultValueFactory = _ => DemoHospital.DefaultPatients };
        patients.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > DemoPatients.Most)
            {
                result.AddError($"--patients must be between 1 and {DemoPatients.Most}.");
            }
        });
        var noSimulator = new Option<bool>("--no-simulator") { Description = "Start no devices: all keys are for devices of your own." };
        var command = new Command("demo", "Start the demo hospital: server, database and simulated bedside devices.") { data, http, https, mqtt, conformance, patients, noSimulator };
        foreach (var (name, helpName, description) in SimulatorOptions)
        {
            command.Add(new Option<string[]>(name) { HelpName = helpName, Description = description });
        }

        command.SetAction(async (arguments, cancellation) =>
        {
            var folder = Path.GetFullPath(arguments.GetValue(data) ?? DefaultData);
            var builder = PlatformModule.CreateBuilder(
            [
                KeyValuePair.Create($"{PlatformOptions.Section}:{nameof(PlatformOptions.Demo)}", (string?)"true"),

                // Whoever tries the demo out is not to look for an authenticator first, nor to find a locked screen after lunch.
                KeyValuePair.Create($"{StaffOptions.Section}:{nameof(StaffOptions.SecondFactorRequired)}", (string?)"false"),
                KeyValuePair.Create($"{StaffOptions.Section}:{nameof(StaffOptions.IdleLockSeconds)}", (string?)"0"),
                .. StorySettings(arguments),
                .. VerbOptions.DataSettings(folder),
                .. VerbOptions.HttpSettings(arguments.GetValue(http)),
                .. VerbOptions.HttpsSettings(arguments.GetValue(https) ?? DefaultHttps),
                .. VerbOptions.MqttSettings(arguments.GetValue(mqtt)),
                .. VerbOptions.ConformanceSettings(arguments.GetValue(conformance)),
            ]);
            var count = arguments.GetValue(patients);
            var simulator = arguments.GetValue(noSimulator)
                ? null
                : DemoSimulator.Find(["--data", folder, "--port", (arguments.GetValue(mqtt) ?? DefaultMqttPort).ToString(), "--patients", count.ToString(), .. GivenOn(arguments)]);
            await DemoHospitalRun.RunAsync(builder, count, simulator, cancellation);
            return CommandLine.Success;
        });
        return command;
    }

    // Whoever watches a story is not to wait for minutes until the next one is asked.
    private static IEnumerable<KeyValuePair<string, string?>> StorySettings(ParseResult arguments) => arguments.GetValue<string[]>("--story") is { Length: > 0 }
        ?
        [
            KeyValuePair.Create($"{IncidentsOptions.Section}:{nameof(IncidentsOptions.HighSteps)}", (string?)"15,30,60"),
            KeyValuePair.Create($"{IncidentsOptions.Section}:{nameof(IncidentsOptions.MediumSteps)}", (string?)"20,40,80"),
        ]
        : [];

    private static IEnumerable<string> GivenOn(ParseResult arguments) =>
        from option in SimulatorOptions
        from value in arguments.GetValue<string[]>(option.Name) ?? []
        from text in new[] { option.Name, option.HelpName == "FILE" ? Path.GetFullPath(value) : value }
        select text;
}
