// Compresses columns of bits into two rows (Dadda, "Some schemes for parallel multipliers", 1965): in each stage just as
// many full and half adders as bring the tallest column down to the next height of 2, 3, 4, 6, 9, ... Sums are modulo 2^COLUMNS.
//   sum + carry = sum over columns c and slots s < height(c) of bits[c * SLOTS + s] * 2^c
// HEIGHTS holds 16 bits per column, column 0 lowest; SLOTS is at least the largest height. Slots above a column's height
// are not read; give them 0. Bits that arrive late belong into high slots.
// Combinational. C++ twin: none of its own.
module bit_heap #(
    parameter integer COLUMNS = 4,
    parameter integer SLOTS = 3,
    parameter [COLUMNS*16-1:0] HEIGHTS = {COLUMNS{16'd3}}
) (
    input  wire [COLUMNS*SLOTS-1:0] bits,
    output wire [      COLUMNS-1:0] sum,
    output wire [      COLUMNS-1:0] carry
);
  function integer tallest(input [COLUMNS*16-1:0] heights);
    integer c;
    begin
      tallest = 0;
      for (c = 0; c < COLUMNS; c = c + 1) if ({16'd0, heights[c*16+:16]} > tallest) tallest = {16'd0, heights[c*16+:16]};
    end
  endfunction

  // Stages that bring columns of `height` down to two: as many as Dadda's sequence has members below it.
  function integer stages_for(input integer height);
    integer d;
    begin
      stages_for = 0;
      for (d = 2; d < height; d = d + d / 2) stages_for = stages_for + 1;
    end
  endfunction

  // The n-th member of the sequence, from 0.
  function integer dadda(input integer n);
    integer i;
    begin
      dadda = 2;
      for (i = 0; i < n; i = i + 1) dadda = dadda + dadda / 2;
    end
  endfunction

  // One stage, per column. What: 0 height after it, 1 full adders, 2 half adders.
  function [COLUMNS*16-1:0] stage(input [COLUMNS*16-1:0] heights, input integer target, input integer what);
    integer c, carries, total, full, half, result;
    begin
      stage = 0;
      carries = 0;
      for (c = 0; c < COLUMNS; c = c + 1) begin
        total = {16'd0, heights[c*16+:16]} + carries;
        full = total > target ? (total - target) / 2 : 0;
        half = total > target ? (total - target) % 2 : 0;
        carries = full + half;
        result = what == 0 ? total - 2 * full - half : what == 1 ? full : half;
        stage[c*16+:16] = result[15:0];
      end
    end
  endfunction

  // Heights at level n: level 0 is the input, level STAGES the two rows.
  function [COLUMNS*16-1:0] heights_at(input integer n);
    integer i;
    begin
      heights_at = HEIGHTS;
      for (i = 0; i < n; i = i + 1) heights_at = stage(heights_at, dadda(STAGES - 1 - i), 0);
    end
  endfunction

  localparam integer STAGES = stages_for(tallest(HEIGHTS));

  genvar n, c, i;
  generate
    for (n = 0; n < STAGES; n = n + 1) begin : stages
      localparam integer FROM = n == 0 ? SLOTS : dadda(STAGES - n);  // slots per column
      localparam integer TO = dadda(STAGES - 1 - n);
      localparam [COLUMNS*16-1:0] BEFORE = heights_at(n);
      localparam [COLUMNS*16-1:0] AFTER = stage(BEFORE, TO, 0);
      localparam [COLUMNS*16-1:0] FULL = stage(BEFORE, TO, 1);
      localparam [COLUMNS*16-1:0] HALF = stage(BEFORE, TO, 2);
      wire [COLUMNS*FROM-1:0] have;
      wire [COLUMNS*TO-1:0] left;
      if (n == 0) assign have = bits;
      else assign have = stages[n-1].left;

      for (c = 0; c < COLUMNS; c = c + 1) begin : column
        localparam integer F = {16'd0, FULL[c*16+:16]};
        localparam integer H = {16'd0, HALF[c*16+:16]};
        localparam integer TAKEN = 3 * F + 2 * H;
        localparam integer PASSED = {16'd0, BEFORE[c*16+:16]} - TAKEN;
        localparam integer HAVE = c * FROM;
        localparam integer LEFT = c * TO;
        // Where the carries from here begin in the next column.
        localparam integer C = c + 1 < COLUMNS ? c + 1 : c;
        localparam integer NEXT = {16'd0, BEFORE[C*16+:16]} - 2 * {16'd0, FULL[C*16+:16]} - {16'd0, HALF[C*16+:16]};
        localparam integer CARRIES = C * TO + NEXT;

        for (i = 0; i < PASSED; i = i + 1) begin : pass
          assign left[LEFT+i] = have[HAVE+TAKEN+i];
        end
        for (i = 0; i < F; i = i + 1) begin : full
          wire over;
          full_adder add (.a(have[HAVE+3*i]), .b(have[HAVE+3*i+1]), .c(have[HAVE+3*i+2]), .sum(left[LEFT+PASSED+i]), .carry(over));
          if (c + 1 < COLUMNS) assign left[CARRIES+i] = over;
        end
        for (i = 0; i < H; i = i + 1) begin : half
          wire over;
          half_adder add (.a(have[HAVE+3*F]), .b(have[HAVE+3*F+1]), .sum(left[LEFT+PASSED+F]), .carry(over));
          if (c + 1 < COLUMNS) assign left[CARRIES+F] = over;
        end
        for (i = {16'd0, AFTER[c*16+:16]}; i < TO; i = i + 1) begin : unused
          assign left[LEFT+i] = 1'b0;
        end
      end
    end

    for (c = 0; c < COLUMNS; c = c + 1) begin : rows
      localparam [COLUMNS*16-1:0] LAST = heights_at(STAGES);
      if (LAST[c*16+:16] == 0) assign sum[c] = 1'b0;
      else if (STAGES == 0) assign sum[c] = bits[c*SLOTS];
      else assign sum[c] = stages[STAGES-1].left[c*2];
      if (LAST[c*16+:16] < 2) assign carry[c] = 1'b0;
      else if (STAGES == 0) assign carry[c] = bits[c*SLOTS+1];
      else assign carry[c] = stages[STAGES-1].left[c*2+1];
    end
  endgenerate
endmodule
