using System.Text;
using Wardwatch.Simulator;
using Wardwatch.Simulator.Devices;
using Wardwatch.Simulator.Faults;
using Wardwatch.Simulator.Stories;

namespace Wardwatch.UnitTests.Fuzz.Targets;

/// <summary>What an operator gives the simulator: stories, faults, the file of device keys. The first letter says which.</summary>
internal sealed class RequestTarget : FuzzTarget, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("wardwatch-fuzz-").FullName;

    public override string Name => "requests";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "ssepsis:3@600,onset=30,duration=120,hold=60,recover=30", "shypoxia", "fdelayed:*@60,seconds=20", "fclock-wrong:T-101,seconds=-300", "fsilent",
            """k[{"device":"T-101","keyId":7,"key":"000102030405060708090a0b0c0d0e0f","token":"t","topic":"hospital/demo/patient/p-0001/vitals","simulated":true}]""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
        [.. new[] { "sepsis", "hypoxia", "calm", "silent", "delayed", "reorder", ":", "@", ",", "=", "onset=", "duration=", "hold=", "recover=", "seconds=", "*", "NaN", "1e400", "-1", " ", "{", "}", "[", "]", "\"", "\\u0000", "\"key\":", "\"keyId\":", "null", "\\ud800" }.Select(Encoding.UTF8.GetBytes)];

    public override int MaxBytes => 512;

    public override int QuickExecutions => 2_500;

    public override long AllocationLimit(int inputBytes) => 64_000 + (200L * inputBytes);

    public override ulong Execute(byte[] input, FuzzMeter meter)
    {
        var signature = new Signature();
        if (input.Length == 0) return signature.Value;
        signature.Add(input[0]);
        var text = Encoding.UTF8.GetString(input, 1, input.Length - 1);
        try
        {
            meter.Begin();
            try
            {
                switch ((char)input[0])
                {
                    case 's': Judge(StoryRequest.Parse(text)); break;
                    case 'f': Judge(FaultRequest.Parse(text).ToRun()); break;
                    default: Judge(Credentials(input)); break;
                }
            }
            finally
            {
                meter.End();
            }
        }
        catch (SimulatorException refusal)
        {
            if (refusal.Code is not (ExitCode.Usage or ExitCode.Credentials) || refusal.Message.Length < 10) throw new FuzzFailure($"A refusal that helps nobody: {refusal}");
            signature.AddShape(refusal.Message[(refusal.Message.LastIndexOf(':') + 1)..]);
        }

        return signature.Value;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private IReadOnlyList<DeviceCredentials> Credentials(byte[] input)
    {
        var path = Path.Combine(_folder, "device-keys.json");
        using (var file = new FileStream(path, FileMode.Create)) file.Write(input, 1, input.Length - 1);
        return DeviceCredentials.ReadFile(path);
    }

    private static void Judge(StoryRequest request)
    {
        var run = request.Run;
        if (request.Target.Length == 0 || !(run.OnsetSeconds >= 0) || !(run.DevelopSeconds >= 1) || !(run.HoldSeconds >= 0) || !(run.RecoverSeconds >= 1) || !(run.PeriodSeconds > 0)) throw new FuzzFailure($"{request}");
    }

    private static void Judge(FaultRun run)
    {
        if (!double.IsFinite(run.FirstSeconds) || run.FirstSeconds < 0 || !(run.EverySeconds > 0) || double.IsNaN(run.LastsSeconds) || !double.IsFinite(run.Amount)) throw new FuzzFailure($"{run}");
        if (run.FallsBetween(0, 0)) throw new FuzzFailure($"{run} falls into no time at all.");
    }

    private static void Judge(IReadOnlyList<DeviceCredentials> devices)
    {
        if (devices.Count == 0 || devices.Any(device => device.Key.Length != 16 || device.Device.Length is 0 or > 64 || device.PatientId is null)) throw new FuzzFailure("Credentials that are none.");
    }
}
