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

  // A wire per bit, each level pulling its bits from the adders of the level above: simulators are slow with wide vectors
  // that are written bit by bit. A column holds what was passed on, then sums, then the carries of the column below.
  genvar n, c, i;
  generate
    for (n = 0; n <= STAGES; n = n + 1) begin : level
      localparam [COLUMNS*16-1:0] HERE = heights_at(n);
      localparam integer TARGET = n < STAGES ? dadda(STAGES - 1 - n) : 2;
      localparam [COLUMNS*16-1:0] FULL = stage(HERE, TARGET, 1);
      localparam [COLUMNS*16-1:0] HALF = stage(HERE, TARGET, 2);
      localparam integer M = n > 0 ? n - 1 : 0;  // the level above
      localparam integer ABOVE_TARGET = dadda(STAGES - 1 - M);
      localparam [COLUMNS*16-1:0] ABOVE = heights_at(M);
      localparam [COLUMNS*16-1:0] ABOVE_FULL = stage(ABOVE, ABOVE_TARGET, 1);
      localparam [COLUMNS*16-1:0] ABOVE_HALF = stage(ABOVE, ABOVE_TARGET, 2);

      for (c = 0; c < COLUMNS; c = c + 1) begin : column
        localparam integer F = {16'd0, ABOVE_FULL[c*16+:16]};
        localparam integer H = {16'd0, ABOVE_HALF[c*16+:16]};
        localparam integer TAKEN = 3 * F + 2 * H;
        localparam integer PASSED = {16'd0, ABOVE[c*16+:16]} - TAKEN;
        localparam integer B = c > 0 ? c - 1 : 0;  // the column below
        localparam integer BELOW_F = {16'd0, ABOVE_FULL[B*16+:16]};

        for (i = 0; i < {16'd0, HERE[c*16+:16]}; i = i + 1) begin : slot
          wire q;
          if (n == 0) assign q = bits[c*SLOTS+i];
          else if (i < PASSED) assign q = level[M].column[c].slot[TAKEN+i].q;
          else if (i < PASSED + F) assign q = level[M].column[c].full[i-PASSED].sum;
          else if (i < PASSED + F + H) assign q = level[M].column[c].half[0].sum;
          else if (i < PASSED + F + H + BELOW_F) assign q = level[M].column[B].full[i-PASSED-F-H].carry;
          else assign q = level[M].column[B].half[0].carry;
        end
        for (i = 0; i < {16'd0, FULL[c*16+:16]}; i = i + 1) begin : full
          wire sum, carry;
          full_adder add (.a(slot[3*i].q), .b(slot[3*i+1].q), .c(slot[3*i+2].q), .sum(sum), .carry(carry));
        end
        for (i = 0; i < {16'd0, HALF[c*16+:16]}; i = i + 1) begin : half
          localparam integer AT = 3 * {16'd0, FULL[c*16+:16]};
          wire sum, carry;
          half_adder add (.a(slot[AT].q), .b(slot[AT+1].q), .sum(sum), .carry(carry));
        end

        if (n == STAGES) begin : row
          if (HERE[c*16+:16] > 0) assign sum[c] = slot[0].q;
          else assign sum[c] = 1'b0;
          if (HERE[c*16+:16] > 1) assign carry[c] = slot[1].q;
          else assign carry[c] = 1'b0;
        end
      end
    end
  endgenerate
endmodule
