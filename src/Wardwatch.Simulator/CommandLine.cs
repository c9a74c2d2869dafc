using System.CommandLine;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Simulator.Faults;
using Wardwatch.Simulator.Load;
using Wardwatch.Simulator.Patients;
using Wardwatch.Simulator.Stories;
using Wardwatch.Simulator.Workbooks;

namespace Wardwatch.Simulator;

/// <summary>The command line: options, their checks, and what they start.</summary>
internal static class CommandLine
{
    private static readonly Option<string> Data = new("--data") { Description = "Folder with device-keys.json and ca.pem", DefaultValueFactory = _ => "./data-demo" };
    private static readonly Option<string> Host = new("--host") { Description = "The server's name or address", DefaultValueFactory = _ => "127.0.0.1" };
    private static readonly Option<int> Port = new("--port") { Description = "The server's MQTT port (TLS)", DefaultValueFactory = _ => 8883 };
    private static readonly Option<int?> Patients = new("--patients") { Description = "How many patients (default: 15, or as many devices as there are)" };
    private static readonly Option<string?> Devices = new("--devices") { Description = "Which entries of the key file: simulated, spare or all (default: simulated, or all where none is)" };
    private static readonly Option<double> Speed = new("--speed") { Description = "Simulated seconds per real second", DefaultValueFactory = _ => 1 };
    private static readonly Option<double> Interval = new("--interval") { Description = "Real seconds between two readings of a device", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> Workbook = new("--workbook") { Description = "Replay this Excel workbook (.xlsx): a sheet per patient, or a column that names the patient" };
    private static readonly Option<string?> Sheet = new("--sheet") { Description = "Only this sheet of the workbook" };
    private static readonly Option<string?> Tables = new("--tables") { Description = "Replay tables: .psv or .csv, a folder of them, or a .zip, .tar or .tar.gz of them" };
    private static readonly Option<string[]> Records = new("--wfdb") { Description = "Replay a record of monitor numerics (.hea beside its .dat, format 16); may be repeated" };
    private static readonly Option<bool> Synthetic = new("--synthetic") { Description = "Invent every patient instead of replaying the workbook that ships" };
    private static readonly Option<string> AtEnd = new("--after-end") { Description = "When a table ends: continue (synthetically from the last values), loop or stop", DefaultValueFactory = _ => "continue" };
    private static readonly Option<string[]> Story = new("--story") { Description = "NAME[:patient][@every][,onset=S][,duration=S][,hold=S][,recover=S]: sepsis, hypoxia, haemorrhage, arrhythmia, opioid; or calm. Repeatable; seconds of the data timeline" };
    private static readonly Option<string[]> Fault = new("--fault") { Description = "NAME[:device][@every][,seconds=S]: disconnect, duplicate, delayed, reorder, corrupt, clock-wrong, silent, parameter-lost, wrong-key; or none. Repeatable; real seconds" };
    private static readonly Option<int> Seed = new("--seed") { Description = "The same seed gives the same patients", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> Mqtt5 = new("--mqtt5") { Description = "Speak MQTT 5.0 (default)" };
    private static readonly Option<bool> Mqtt311 = new("--mqtt311") { Description = "Speak MQTT 3.1.1" };
    private static readonly Option<int> InFlight = new("--in-flight") { Description = "Unacknowledged messages per connection, at most", DefaultValueFactory = _ => 20 };
    private static readonly Option<int> OfflineLimit = new("--offline-limit") { Description = "Messages that a device keeps while it is off line; then the oldest is dropped", DefaultValueFactory = _ => 600 };
    private static readonly Option<double?> Load = new("--load") { Description = "Make load instead: messages per second over all connections, 0 = as fast as acknowledged" };
    private static readonly Option<int?> Connections = new("--connections") { Description = "Load: connections (default: one per device)" };
    private static readonly Option<double?> Seconds = new("--seconds") { Description = "End after this time (load: 10)" };
    private static readonly Option<double> Warmup = new("--warmup") { Description = "Load: seconds before the measurement", DefaultValueFactory = _ => 2 };
    private static readonly Option<int?> SealedAhead = new("--sealed") { Description = "Load: messages sealed before the start, over all connections (default: as many as will probably be sent)" };
    private static readonly Option<bool> Plain = new("--plain") { Description = "Load: TCP without TLS, for a broker on this machine to compare with" };
    private static readonly Option<double> Wait = new("--wait") { Description = "Seconds to wait for the server to listen", DefaultValueFactory = _ => 5 };
    private static readonly Option<string?> Ledger = new("--ledger") { Description = "Write a line 'device boot counter reason' for every PUBACK to this file" };
    private static readonly Option<string?> Staff = new("--staff") { Description = "Simulate the staff of a demo hospital as well, who answer to the stories' alerts: the address of its pages, such as http://localhost:8080. A story without times of its own is then over within two minutes" };
    private static readonly Option<bool> ExitWithParent = new("--exit-with-parent") { Description = "End when the standard input closes" };
    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object a line instead of text" };

    public static RootCommand Create(TimeProvider time)
    {
        var root = new RootCommand("Bedside devices over MQTT and TLS: replays workbooks and tables, invents patients, scripts deteriorations and device faults, makes load.")
        {
            Data, Host, Port, Patients, Devices, Speed, Interval, Workbook, Sheet, Tables, Records, Synthetic, AtEnd, Story, Fault, Seed, Mqtt5, Mqtt311,
            InFlight, OfflineLimit, Load, Connections, Seconds, Warmup, SealedAhead, Plain, Wait, Ledger, Staff, ExitWithParent, Json,
        };
        root.SetAction((parsed, cancellation) => RunAsync(parsed, time, cancellation));

        var output = new Argument<string>("file") { Description = "Where to write it" };
        var make = new Command("make-workbook", "Write the demonstration workbook: fifteen invented patients, eight hours, a row a minute") { output };
        make.SetAction(parsed =>
        {
            using var file = File.Create(parsed.GetRequiredValue(output));
            DemoWorkbook.Write(file);
            return (int)ExitCode.Success;
        });
        root.Subcommands.Add(make);
        return root;
    }

    private static async Task<int> RunAsync(ParseResult parsed, TimeProvider time, CancellationToken cancellation)
    {
        var options = Read(parsed);
        var status = new StatusWriter(parsed.InvocationConfiguration.Output, options.Json, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var parent = options.ExitWithParent ? WatchParentAsync(stop) : Task.CompletedTask;
        if (parsed.GetValue(Load) is { } rate)
        {
            var seconds = TimeSpan.FromSeconds(parsed.GetValue(Seconds) ?? 10);
            var warmup = TimeSpan.FromSeconds(Within(parsed.GetValue(Warmup), 0, 3_600, "--warmup"));
            var load = new LoadOptions(Within(rate, 0, 10_000_000, "--load"), parsed.GetValue(Connections), options.InFlight, warmup, seconds, parsed.GetValue(SealedAhead), parsed.GetValue(Plain));
            await new LoadGenerator(options, load, time, status).RunAsync(stop.Token);
        }
        else
        {
            await new WardSimulation(options, time, status).RunAsync(stop.Token);
        }

        // The watch ends with the process if the parent is still there: a read of the standard input cannot be called back.
        if (parent.IsFaulted) await parent;
        return (int)ExitCode.Success;
    }

    private static SimulatorOptions Read(ParseResult parsed)
    {
        if (parsed.GetValue(Mqtt5) && parsed.GetValue(Mqtt311)) throw SimulatorException.Usage("Either --mqtt5 or --mqtt311.");
        var devices = parsed.GetValue(Devices);
        if (devices is not (null or "simulated" or "spare" or "all")) throw SimulatorException.Usage("--devices is simulated, spare or all.");
        var atEnd = parsed.GetValue(AtEnd) ?? "";
        if (!Enum.TryParse<AfterEnd>(atEnd, ignoreCase: true, out var afterEnd) || !char.IsAsciiLetter(atEnd[0])) throw SimulatorException.Usage("--after-end is continue, loop or stop.");
        var patients = parsed.GetValue(Patients);
        if (patients is < 1 or > 100_000) throw SimulatorException.Usage("--patients is from 1 to 100,000.");
        if (parsed.GetValue(Connections) is < 1 or > 100_000) throw SimulatorException.Usage("--connections is from 1 to 100,000.");
        if (parsed.GetValue(SealedAhead) is < 0 or > 20_000_000) throw SimulatorException.Usage("--sealed is from 0 to 20,000,000.");
        var seconds = parsed.GetValue(Seconds);
        if (seconds is { } given) Within(given, 0.1, 31_536_000, "--seconds");

        var speed = Within(parsed.GetValue(Speed), 0.01, 100_000, "--speed");
        var staff = parsed.GetValue(Staff) is { } server ? Address(server) : null;
        var stories = Requests(parsed.GetValue(Story), ["calm", "none"], StoryRequest.Parse);
        return new SimulatorOptions
        {
            DataFolder = parsed.GetRequiredValue(Data),
            Host = parsed.GetRequiredValue(Host),
            Port = (int)Within(parsed.GetValue(Port), 1, 65_535, "--port"),
            DeviceChoice = devices,
            Patients = patients,
            Speed = speed,
            Interval = TimeSpan.FromSeconds(Within(parsed.GetValue(Interval), 0.05, 3_600, "--interval")),
            Workbook = parsed.GetValue(Workbook),
            Sheet = parsed.GetValue(Sheet),
            Tables = parsed.GetValue(Tables),
            Records = parsed.GetValue(Records) ?? [],
            Synthetic = parsed.GetValue(Synthetic),
            AfterEnd = afterEnd,
            Stories = staff is null ? stories : stories?.ConvertAll(story => story.Told(speed)),
            Faults = Requests(parsed.GetValue(Fault), ["none"], FaultRequest.Parse),
            Seed = parsed.GetValue(Seed),
            Version = parsed.GetValue(Mqtt311) ? MqttVersion.V311 : MqttVersion.V500,
            InFlight = (int)Within(parsed.GetValue(InFlight), 1, 10_000, "--in-flight"),
            OfflineLimit = (int)Within(parsed.GetValue(OfflineLimit), 1, 1_000_000, "--offline-limit"),
            Duration = seconds is { } end ? TimeSpan.FromSeconds(end) : null,
            Patience = TimeSpan.FromSeconds(Within(parsed.GetValue(Wait), 0, 3_600, "--wait")),
            Ledger = parsed.GetValue(Ledger),
            Staff = staff,
            ExitWithParent = parsed.GetValue(ExitWithParent),
            Json = parsed.GetValue(Json),
        };
    }

    private static List<T>? Requests<T>(string[]? texts, string[] noneWords, Func<string, T> parse) =>
        texts is null || texts.Length == 0 ? null : [.. texts.Where(text => !noneWords.Contains(text, StringComparer.OrdinalIgnoreCase)).Select(parse)];

    private static Uri Address(string text) =>
        Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : throw SimulatorException.Usage("--staff is an address, such as http://localhost:8080.");

    private static double Within(double value, double min, double max, string option) =>
        value >= min && value <= max ? value : throw SimulatorException.Usage($"{option} is from {min} to {max}.");

    private static async Task WatchParentAsync(CancellationTokenSource stop)
    {
        await Task.Yield();
        await using var input = Console.OpenStandardInput();
        var scrap = new byte[256];
        try
        {
            while (await input.ReadAsync(scrap, stop.Token) > 0)
            {
                // The parent may write what it likes; only the end counts.
            }
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException)
        {
            // A broken input is an end as well.
        }

        if (!stop.IsCancellationRequested) await stop.CancelAsync();
    }
}
