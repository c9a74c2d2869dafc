namespace Wardwatch.Server.Platform.Contracts;

/// <summary>
/// The program cannot start, or a command cannot run, for a reason that the person at the keyboard can remove. It is printed as one or two plain
/// lines, never as a stack trace.
/// </summary>
/// <param name="cause">What is wrong, as a sentence.</param>
/// <param name="remedy">What to do about it, as a sentence.</param>
/// <param name="inner">What lay beneath, or null.</param>
public sealed class StartupException(string cause, string remedy, Exception? inner = null) : Exception(cause, inner)
{
    /// <summary>What to do about it.</summary>
    public string Remedy { get; } = remedy;
}
