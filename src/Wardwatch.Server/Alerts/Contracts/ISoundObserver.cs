namespace Wardwatch.Server.Alerts.Contracts;

/// <summary>A ward's sound is paused.</summary>
/// <param name="Ward">The ward.</param>
/// <param name="From">Since when.</param>
/// <param name="Until">Until when; a time that has passed: it sounds again.</param>
/// <param name="By">The name of who paused it, or ended the pause.</param>
public sealed record SoundPauseDocument(string Ward, DateTimeOffset From, DateTimeOffset Until, string By);

/// <summary>Is told when somebody pauses a ward's sound, in the process that was asked. Screens of other processes learn of it by asking, as they do every few seconds.</summary>
public interface ISoundObserver
{
    /// <summary>It is so from now on. Must not wait.</summary>
    void Changed(int tenantId, SoundPauseDocument pause);
}
