using System.CommandLine;
using System.CommandLine.Parsing;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Cli;

/// <summary><c>ward demo</c>, which <c>./run</c> calls: the demo hospital, server and bedside devices, in the foreground.</summary>
internal static class DemoVerb
{
    private const string DefaultData = "data-demo";

    // Given on to the simulator as they are.
    private static readonly (string Name, string HelpName, string Description)[] SimulatorOptions =
    [
        ("--speed", "X", "Simulated seconds per second (default: 1)."),
        ("--workbook", "FILE", "Replay the patients of an Excel workbook."),
        ("--tables", "FILE", "Replay the patients of a file of tables."),
        ("--story", "NAME", "Begin with a scripted deterioration."),
        ("--conformance", "PORT", "Let a checker drive the devices through this port."),
    ];

    public static Command Create()
    {
        var data = CommonOptions.Data();
        data.Description = $"The folder of the demo hospital (default: ./{DefaultData}).";
        var http = CommonOptions.Http();
        var mqtt = CommonOptions.Mqtt();
        var patients = new Option<int>("--patients") { HelpName = "N", Description = "How many patients (default: 15).", DefaultValueFactory = _ => 15 };
        patients.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 10_000)
            {
                result.AddError("--patients must be between 1 and 10000.");
            }
        });
        var noSimulator = new Option<bool>("--no-simulator") { Description = "Start no devices: all keys are for devices of your own." };
        var command = new Command("demo", "Start the demo hospital: server, database and simulated bedside devices.") { data, http, mqtt, patients, noSimulator };
        foreach (var (name, helpName, description) in SimulatorOptions)
        {
            command.Add(new Option<string?>(name) { HelpName = helpName, Description = description });
        }

        command.SetAction(async (arguments, cancellation) =>
        {
            var folder = Path.GetFullPath(arguments.GetValue(data) ?? DefaultData);
            var builder = PlatformModule.CreateBuilder(
            [
                KeyValuePair.Create($"{PlatformOptions.Section}:{nameof(PlatformOptions.Demo)}", (string?)"true"),
                .. CommonOptions.DataSettings(folder),
                .. CommonOptions.HttpSettings(arguments.GetValue(http)),
                .. CommonOptions.MqttSettings(arguments.GetValue(mqtt)),
            ]);
            var simulator = arguments.GetValue(noSimulator) ? null : DemoSimulator.Find([.. GivenOn(arguments), "--data", folder, .. MqttArgument(arguments.GetValue(mqtt))]);
            await DemoHospitalRun.RunAsync(builder, arguments.GetValue(patients), simulator, cancellation);
            return CommandLine.Success;
        });
        return command;
    }

    private static IEnumerable<string> GivenOn(ParseResult arguments) =>
        SimulatorOptions.SelectMany(option => arguments.GetValue<string?>(option.Name) is { } value
            ? new[] { option.Name, option.Name is "--workbook" or "--tables" ? Path.GetFullPath(value) : value }
            : []);

    private static string[] MqttArgument(int? port) => port is null ? [] : ["--mqtt", port.Value.ToString()];
}
