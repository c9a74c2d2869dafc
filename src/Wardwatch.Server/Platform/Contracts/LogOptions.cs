namespace Wardwatch.Server.Platform.Contracts;

/// <summary>How logs are written: configuration section <c>Wardwatch:Log</c>, environment <c>Wardwatch__Log__Name</c>.</summary>
public sealed class LogOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Log";

    /// <summary>One JSON object a line.</summary>
    public const string Json = "json";

    /// <summary>Lines for people.</summary>
    public const string Text = "text";

    /// <summary><c>json</c> or <c>text</c>; not set: JSON, and text in the demo.</summary>
    public string? Format { get; set; }
}
