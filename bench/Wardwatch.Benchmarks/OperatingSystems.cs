using System.Runtime.Versioning;

// The product runs on Linux and macOS; what measures and proves it uses file modes and signals.
[assembly: UnsupportedOSPlatform("windows")]
