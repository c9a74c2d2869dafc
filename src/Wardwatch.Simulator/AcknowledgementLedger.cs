using System.Text;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.Simulator;

/// <summary>
/// Notes what the server has answered, a line each: <c>device boot counter reason</c>. A test kills the server and afterwards counts that every line with
/// reason 0 is a stored reading: lost = acknowledged − stored.
/// </summary>
internal sealed class AcknowledgementLedger : IDisposable
{
    private readonly StreamWriter _file;
    private readonly Lock _gate = new();

    /// <exception cref="SimulatorException">The file cannot be written.</exception>
    public AcknowledgementLedger(string path)
    {
        try
        {
            _file = new StreamWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read), new UTF8Encoding(false), 64 << 10);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new SimulatorException(ExitCode.Usage, $"The ledger {path} cannot be written: {problem.Message}", problem);
        }
    }

    public void Note(string device, ulong boot, ulong counter, MqttReason reason)
    {
        lock (_gate)
        {
            _file.Write(device);
            _file.Write(' ');
            _file.Write(boot);
            _file.Write(' ');
            _file.Write(counter);
            _file.Write(' ');
            _file.WriteLine((byte)reason);
        }
    }

    public void Dispose()
    {
        lock (_gate) _file.Dispose();
    }
}
