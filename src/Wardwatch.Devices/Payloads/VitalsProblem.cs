namespace Wardwatch.Devices.Payloads;

/// <summary>Why a vitals payload is refused as a whole.</summary>
public enum VitalsProblem : byte
{
    None = 0,

    /// <summary>More than <see cref="VitalsReader.MaxBytes"/> bytes.</summary>
    TooLarge,

    /// <summary>Not well-formed UTF-8.</summary>
    NotUtf8,

    /// <summary>Not well-formed JSON (RFC 8259), or something follows it. Comments and trailing commas are not JSON.</summary>
    NotJson,

    /// <summary>JSON, but not an object.</summary>
    NotObject,

    /// <summary>Nested more than <see cref="VitalsReader.MaxDepth"/> deep.</summary>
    TooDeep,

    /// <summary>A name occurs twice in one object: which one was meant is a guess.</summary>
    DuplicateMember,

    /// <summary>More than <see cref="VitalsReader.MaxUnmappedMembers"/> members that are not understood.</summary>
    TooManyMembers,

    /// <summary>There is no "t".</summary>
    TimeMissing,

    /// <summary>"t" is not an ISO 8601 time with an offset.</summary>
    TimeUnreadable,
}
