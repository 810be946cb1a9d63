// Takes completed accumulator banks over, at most two, and reads them out in order, one group of entries per cycle.
//   ready = done + depth - 1 + late        drain_start = max(ready, drain_end of the bank before, output_free)
//   drain_end = drain_start + (last_vector + 1) * (last_group + 1)
// Ports   handover, with last_vector, last_group and side of the bank: the cycle of `done`. depth: P, 1 at least.
//         late: cycles by which outliers trail a vector that arrives in pieces, min(s, R) - 1.
//         output_free: an output bank is free; drain_start takes it.
//         drain: `vector`, `group` and `bank` are read in this cycle; drain_start and drain_last mark a bank's first and last.
//         freed: drain_end, the bank may be written again.
// Timing  docs/timing-model.md, "Drain"        Twin  requantizer, models/requantizer/requantizer.h
module drain_control #(
    parameter integer VECTOR_BITS = 8,
    parameter integer GROUP_BITS = 8,
    parameter integer COUNT_BITS = 16,
    parameter integer SIDE_BITS = 1
) (
    input  wire                   clk,
    input  wire                   reset,
    input  wire [            6:0] depth,
    input  wire                   handover,
    input  wire [VECTOR_BITS-1:0] last_vector,
    input  wire [ GROUP_BITS-1:0] last_group,
    input  wire [  SIDE_BITS-1:0] side,
    input  wire [ COUNT_BITS-1:0] late,
    input  wire                   output_free,
    output wire                   drain,
    output wire                   drain_start,
    output wire                   drain_last,
    output wire [VECTOR_BITS-1:0] vector,
    output wire [ GROUP_BITS-1:0] group,
    output wire                   bank,
    output wire [  SIDE_BITS-1:0] drain_side,
    output reg                    freed
);
  // Two places; the older bank stands in place 0. A bank handed over in this cycle counts as standing in its place already.
  reg [1:0] full;
  reg [COUNT_BITS:0] wait_0, wait_1;
  reg [VECTOR_BITS-1:0] last_vector_0, last_vector_1;
  reg [GROUP_BITS-1:0] last_group_0, last_group_1;
  reg [SIDE_BITS-1:0] side_0, side_1;
  reg busy, which;
  reg [VECTOR_BITS-1:0] next_vector;
  reg [GROUP_BITS-1:0] next_group;

  wire [COUNT_BITS:0] wait_new = {1'b0, late} + {{COUNT_BITS - 6{1'b0}}, depth} - 1'b1;
  wire enters_0 = handover & ~full[0];
  wire there = full[0] | handover;
  wire [COUNT_BITS:0] wait_now = full[0] ? wait_0 : wait_new;
  wire [VECTOR_BITS-1:0] last_vector_now = full[0] ? last_vector_0 : last_vector;
  wire [GROUP_BITS-1:0] last_group_now = full[0] ? last_group_0 : last_group;

  assign drain_start = there & ~busy & wait_now == 0 & output_free;
  assign drain = drain_start | busy;
  assign vector = busy ? next_vector : {VECTOR_BITS{1'b0}};
  assign group = busy ? next_group : {GROUP_BITS{1'b0}};
  assign bank = which;
  assign drain_side = full[0] ? side_0 : side;
  wire group_last = group == last_group_now;
  assign drain_last = drain & group_last & vector == last_vector_now;

  wire [COUNT_BITS:0] left_0 = wait_now == 0 ? 0 : wait_now - 1'b1;
  wire [COUNT_BITS:0] wait_1_now = full[1] ? wait_1 : wait_new;
  wire [COUNT_BITS:0] left_1 = wait_1_now == 0 ? 0 : wait_1_now - 1'b1;

  always @(posedge clk)
    if (reset) begin
      full  <= 2'b00;
      busy  <= 1'b0;
      freed <= 1'b0;
      which <= 1'b0;
    end else begin
      freed <= drain_last;
      busy  <= drain & ~drain_last;
      which <= which ^ drain_last;
      next_group <= group_last ? 0 : group + 1'b1;
      next_vector <= vector + {{VECTOR_BITS - 1{1'b0}}, group_last};

      full[0] <= drain_last ? full[1] | (handover & full[0]) : there;
      full[1] <= drain_last ? 1'b0 : full[1] | (handover & full[0]);
      if (drain_last) begin
        wait_0 <= left_1;
        last_vector_0 <= full[1] ? last_vector_1 : last_vector;
        last_group_0 <= full[1] ? last_group_1 : last_group;
        side_0 <= full[1] ? side_1 : side;
      end else begin
        wait_0 <= left_0;
        if (enters_0) begin
          last_vector_0 <= last_vector;
          last_group_0 <= last_group;
          side_0 <= side;
        end
      end
      wait_1 <= left_1;
      if (handover & full[0]) begin
        last_vector_1 <= last_vector;
        last_group_1 <= last_group;
        side_1 <= side;
      end
    end
endmodule
