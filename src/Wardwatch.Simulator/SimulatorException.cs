namespace Wardwatch.Simulator;

/// <summary>What the process answers when it ends.</summary>
public enum ExitCode
{
    /// <summary>All went well.</summary>
    Success = 0,

    /// <summary>A defect, or something that none of the others names.</summary>
    Failure = 1,

    /// <summary>An option is unknown or its value cannot be used.</summary>
    Usage = 2,

    /// <summary>A workbook, table or record cannot be used; the message names the place.</summary>
    Input = 3,

    /// <summary>The device keys or the certificate authority are missing or cannot be read.</summary>
    Credentials = 4,

    /// <summary>No server answers at the address.</summary>
    NoServer = 5,

    /// <summary>The server's certificate was not signed by the certificate authority that is trusted here.</summary>
    Untrusted = 6,

    /// <summary>The server refuses every device.</summary>
    Refused = 7,
}

/// <summary>A condition that the operator can mend. The message says what is wrong, where, and what to do; it is printed without a stack trace.</summary>
public sealed class SimulatorException : Exception
{
    private const int MaxMessageLength = 1_500;

    /// <param name="code">What the process answers.</param>
    /// <param name="message">One or two sentences for the operator.</param>
    public SimulatorException(ExitCode code, string message)
        : base(Bounded(message)) => Code = code;

    /// <inheritdoc cref="SimulatorException(ExitCode, string)"/>
    /// <param name="code">What the process answers.</param>
    /// <param name="message">One or two sentences for the operator.</param>
    /// <param name="inner">What caused it.</param>
    public SimulatorException(ExitCode code, string message, Exception inner)
        : base(Bounded(message), inner) => Code = code;

    /// <summary>What the process answers.</summary>
    public ExitCode Code { get; }

    // A message names what it found, and a file may hold names without end.
    private static string Bounded(string message) => message.Length <= MaxMessageLength ? message : message[..MaxMessageLength] + "…";

    internal static SimulatorException Input(string message) => new(ExitCode.Input, message);

    internal static SimulatorException Usage(string message) => new(ExitCode.Usage, message);
}
