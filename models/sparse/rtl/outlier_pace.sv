// The pace of a decoupled sparse engine: takes the rounds in its lists through the vectors of their m-block, a step of the lanes per cycle,
// and finds for each vector's sum a cycle in which the array does not use the same memory of an accumulator bank.
//   ripe_m = max(ripe_(m-1) + steps, write_(m-1) + 1)       write_m = first cycle from ripe_m on in which the memory is free and the array
//   has written the vector's first slice
// Ports   round_valid: a round stands in the lists; round_steps (1 at least), round_last_vector and round_bank belong to it and stay until
//         round_done, the cycle of its last write; in the cycle behind that the next round may stand there.
//         round_bank, array_bank: number of the accumulator bank, modulo 4. Bit 0 is the bank, bit 1 tells its contents apart.
//         array_whole: a vector of the array is whole in this cycle; array_vector, array_first (it opens its accumulator) belong to it.
//         take: the lanes take step `step` of vector `step_vector` in this cycle. ripe: it is the vector's last step.
//         go: a sum is written, as many cycles later as the array's vectors are; go_vector belongs to it.
// Timing  docs/timing-model.md, "Decoupled outliers"        Twin  round_pace, models/sparse/outlier_pace_math.h
module outlier_pace #(
    parameter integer VECTOR_BITS = 8,
    parameter integer STEP_BITS = 5
) (
    input  wire                   clk,
    input  wire                   reset,
    input  wire                   round_valid,
    input  wire [  STEP_BITS-1:0] round_steps,
    input  wire [VECTOR_BITS-1:0] round_last_vector,
    input  wire [            1:0] round_bank,
    input  wire                   array_whole,
    input  wire [            1:0] array_bank,
    input  wire [VECTOR_BITS-1:0] array_vector,
    input  wire                   array_first,
    output wire                   take,
    output wire [  STEP_BITS-1:0] step,
    output wire [VECTOR_BITS-1:0] step_vector,
    output wire                   ripe,
    output wire                   go,
    output wire [VECTOR_BITS-1:0] go_vector,
    output wire                   round_done
);
  // Vectors of each bank's first slice that were whole in earlier cycles, and which content that was.
  reg [VECTOR_BITS:0] opened_0, opened_1;
  reg content_0, content_1;
  wire [VECTOR_BITS:0] counted = round_bank[0] ? opened_1 : opened_0;
  wire [VECTOR_BITS:0] opened = (round_bank[0] ? content_1 : content_0) == round_bank[1] ? counted : 0;

  // The next step, its vector; a sum that waits is that of the vector before.
  reg [STEP_BITS-1:0] next_step;
  reg [VECTOR_BITS:0] next_vector;
  reg waiting;
  wire [VECTOR_BITS:0] vector_before = next_vector - 1'b1;
  assign step = next_step;
  assign step_vector = next_vector[VECTOR_BITS-1:0];

  wire active = round_valid & opened != 0;
  wire same_bank = array_whole & array_bank == round_bank;
  wire before_free = opened > vector_before & ~(same_bank & array_vector[0] == vector_before[0]);
  wire now_free = opened > next_vector & ~(same_bank & array_vector[0] == next_vector[0]);

  wire last_step = next_step + 1'b1 == round_steps;
  assign take = active & next_vector <= {1'b0, round_last_vector} & ~(last_step & waiting);
  assign ripe = take & last_step;
  wire late_go = waiting & before_free;
  assign go = late_go | (ripe & now_free);
  assign go_vector = waiting ? vector_before[VECTOR_BITS-1:0] : step_vector;
  assign round_done = go & go_vector == round_last_vector;

  always @(posedge clk)
    if (reset) begin
      opened_0 <= 0;
      opened_1 <= 0;
      next_step <= 0;
      next_vector <= 0;
      waiting <= 1'b0;
    end else begin
      if (array_whole & array_first) begin
        if (array_bank[0]) begin
          opened_1  <= {1'b0, array_vector} + 1'b1;
          content_1 <= array_bank[1];
        end else begin
          opened_0  <= {1'b0, array_vector} + 1'b1;
          content_0 <= array_bank[1];
        end
      end
      if (round_done) begin
        next_step <= 0;
        next_vector <= 0;
        waiting <= 1'b0;
      end else begin
        waiting <= (waiting & ~late_go) | (ripe & ~now_free);
        if (ripe) begin
          next_step   <= 0;
          next_vector <= next_vector + 1'b1;
        end else if (take) next_step <= next_step + 1'b1;
      end
    end
endmodule
