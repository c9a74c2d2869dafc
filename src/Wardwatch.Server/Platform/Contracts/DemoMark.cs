namespace Wardwatch.Server.Platform.Contracts;

/// <summary>Whether this is the demo hospital, where every patient is invented; every screen says so.</summary>
public sealed record DemoMark(bool IsDemo);
