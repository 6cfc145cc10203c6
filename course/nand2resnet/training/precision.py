"""Mixed precision: compute in 16 bits where that is quicker, and keep the weights in 32.

A GPU multiplies matrices of 16-bit numbers several times as fast as those of 32 bits, and moves
them in half the time. There are two kinds of them:

=========  ========  =====================  ========================================
type       digits    from about             to about
=========  ========  =====================  ========================================
float32    7         1e-38                  3e38
bfloat16   2 to 3    1e-38                  3e38: nothing overflows, all is coarser
float16    3 to 4    6e-8                   65504: small gradients become 0
=========  ========  =====================  ========================================

*Autocast* picks the type for each operation: matrix products and convolutions in 16 bits, sums,
losses and normalisation in 32. The small gradients of float16 are saved by a *gradient scaler*: it
multiplies the loss by a large number before the way back, divides the gradients by it before the
step, leaves a step out if one of them overflowed, and tries a smaller number next.

Source: Micikevicius et al. 2018, "Mixed Precision Training".
"""

from __future__ import annotations

from typing import Literal

import torch

Precision = Literal["float32", "auto", "bfloat16", "float16"]
TYPES = {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}


def short_type(precision: Precision, device: torch.device) -> torch.dtype | None:
    """The 16-bit type for the products, or None for 32 bits throughout.

    "auto" takes bfloat16 on a GPU that has it (NVIDIA's from 2020 on), float16 on an older one,
    and 32 bits on a CPU or an Apple GPU, where 16 bits gain little.
    """
    if precision != "auto":
        return TYPES[precision]
    if device.type != "cuda":
        return None
    has_bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if has_bfloat16 else torch.float16


def autocast(device: torch.device, short: torch.dtype | None) -> torch.autocast:
    """The context in which a network computes in the short type; without one, in 32 bits."""
    return torch.autocast(device.type, dtype=short, enabled=short is not None)


def gradient_scaler(device: torch.device, short: torch.dtype | None) -> torch.amp.GradScaler:
    """The scaler that float16 needs; for other types one that passes everything on as it is."""
    return torch.amp.GradScaler(device.type, enabled=short is torch.float16)
