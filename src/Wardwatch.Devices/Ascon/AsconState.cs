using System.Numerics;
using System.Runtime.CompilerServices;

namespace Wardwatch.Devices.Ascon;

/// <summary>
/// The 320-bit Ascon state and its permutation (SP 800-232, section 3). The five words live in locals while rounds run, so that they
/// stay in registers; there is no table and no branch, hence nothing whose time depends on a secret.
/// </summary>
internal struct AsconState
{
    public ulong X0, X1, X2, X3, X4;

    public void Permute12()
    {
        ulong x0 = X0, x1 = X1, x2 = X2, x3 = X3, x4 = X4;
        Round(0xf0, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0xe1, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0xd2, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0xc3, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0xb4, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0xa5, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x96, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x87, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x78, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x69, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x5a, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x4b, ref x0, ref x1, ref x2, ref x3, ref x4);
        (X0, X1, X2, X3, X4) = (x0, x1, x2, x3, x4);
    }

    public void Permute8()
    {
        ulong x0 = X0, x1 = X1, x2 = X2, x3 = X3, x4 = X4;
        Round(0xb4, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0xa5, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x96, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x87, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x78, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x69, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x5a, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x4b, ref x0, ref x1, ref x2, ref x3, ref x4);
        (X0, X1, X2, X3, X4) = (x0, x1, x2, x3, x4);
    }

    public void Permute6()
    {
        ulong x0 = X0, x1 = X1, x2 = X2, x3 = X3, x4 = X4;
        Round(0x96, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x87, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x78, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x69, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x5a, ref x0, ref x1, ref x2, ref x3, ref x4);
        Round(0x4b, ref x0, ref x1, ref x2, ref x3, ref x4);
        (X0, X1, X2, X3, X4) = (x0, x1, x2, x3, x4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ulong constant, ref ulong x0, ref ulong x1, ref ulong x2, ref ulong x3, ref ulong x4)
    {
        x2 ^= constant;

        // Substitution: the 5-bit S-box over all 64 columns at once.
        x0 ^= x4;
        x4 ^= x3;
        x2 ^= x1;
        var t0 = x0 ^ (~x1 & x2);
        var t1 = x1 ^ (~x2 & x3);
        var t2 = x2 ^ (~x3 & x4);
        var t3 = x3 ^ (~x4 & x0);
        var t4 = x4 ^ (~x0 & x1);
        t1 ^= t0;
        t0 ^= t4;
        t3 ^= t2;
        t2 = ~t2;

        // Linear diffusion within each word.
        x0 = t0 ^ BitOperations.RotateRight(t0, 19) ^ BitOperations.RotateRight(t0, 28);
        x1 = t1 ^ BitOperations.RotateRight(t1, 61) ^ BitOperations.RotateRight(t1, 39);
        x2 = t2 ^ BitOperations.RotateRight(t2, 1) ^ BitOperations.RotateRight(t2, 6);
        x3 = t3 ^ BitOperations.RotateRight(t3, 10) ^ BitOperations.RotateRight(t3, 17);
        x4 = t4 ^ BitOperations.RotateRight(t4, 7) ^ BitOperations.RotateRight(t4, 41);
    }
}
